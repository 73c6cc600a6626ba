public import FileModel
import Glibc
public import NIOCore

extension SubsystemStream {
    /// Makes an error from how a program ended, nil when it still runs, and what it wrote to its standard errors.
    typealias Explanation = @Sendable (ProgramEnd?, [String]) -> StorageError

    /// Runs a program that speaks SFTP on its standard streams, such as `/usr/lib/openssh/sftp-server`.
    ///
    /// - Parameters:
    ///   - command: the program and its arguments; no shell reads them.
    ///   - peer: how messages name what answers.
    /// - Throws: `.configuration` when the program cannot be started.
    public static func running(
        _ command: [String], peer: String, on loop: any EventLoop
    ) async throws(StorageError) -> SubsystemStream {
        let name = command.first ?? ""
        return try await running(command, peer: peer, on: loop) { end, lines in
            let how = end.map { " (\($0))" } ?? ""
            let words = lines.last.map { ": \($0)" } ?? ""
            return StorageError(.connectionLost, "'\(name)' ended the connection\(how)\(words)")
        }
    }

    static func running(
        _ command: [String], peer: String, on loop: any EventLoop, explain: @escaping Explanation
    ) async throws(StorageError) -> SubsystemStream {
        guard !command.isEmpty else { throw StorageError(.configuration, "the command to run is empty") }
        let program = try SpawnedProgram.start(command)
        do {
            return try await loop.flatSubmit {
                ProgramChannels(program, loop: loop, explain).connect(peer: peer)
            }.get()
        } catch {
            throw StorageError(.connectionLost, "cannot talk to '\(command[0])': \(error)")
        }
    }
}
