import ArgumentParser
import Definitions
import FileModel
import Glibc

/// Ends the program with a message and the exit code that belongs to an error.
enum ProgramExit {
    static func exit(for error: any Error) -> Never {
        let message = message(of: error)
        let code = code(of: error)
        if code == 0 {
            Terminal.output.write(message.isEmpty ? "" : message + "\n")
        } else if !message.isEmpty {
            Terminal.errors.write(message + "\n")
        }
        Glibc.exit(code)
    }

    static func code(of error: any Error) -> Int32 {
        switch error {
        case is DefinitionFailure: 2
        case let error as StorageError: code(of: error)
        default: usageCode(Syncctl.exitCode(for: error))
        }
    }

    static func code(of error: StorageError) -> Int32 {
        switch error.code {
        case .configuration, .invalidArgument: 2
        case .cancelled: 130
        default: error.isSessionFault ? 3 : 1
        }
    }

    /// The parser ends with EX_USAGE; our scripts expect 2.
    private static func usageCode(_ code: ExitCode) -> Int32 {
        code == .validationFailure ? 2 : code.rawValue
    }

    private static func message(of error: any Error) -> String {
        switch error {
        case let error as DefinitionFailure: Terminal.errors.colored(error.diagnostics)
        case let error as StorageError: "syncctl: \(error)"
        default: Syncctl.fullMessage(for: error)
        }
    }
}
