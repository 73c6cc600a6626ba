import Glibc

/// What a program left when it ended.
public struct CommandResult: Sendable {
    /// nil: it did not end in time and was killed.
    public let status: ExitStatus?
    public let output: String
    public let errors: String

    public var succeeded: Bool { status == .exited(0) }
}

/// Runs a program to its end, or kills it after `limit`.
public func run(
    _ arguments: [String], environment: [String: String?] = [:], workingDirectory: String = ".",
    input: String = "/dev/null", within limit: Duration = .seconds(60)
) async throws -> CommandResult {
    let process = try ChildProcess(
        arguments, environment: environment, workingDirectory: workingDirectory, input: input)
    let status = await process.wait(within: limit)
    if status == nil { process.kill() }
    return CommandResult(status: status, output: process.output, errors: process.errors)
}

/// Runs a tool that has to succeed.
///
/// - Returns: what it printed.
@discardableResult
func tool(_ arguments: String...) async throws -> String {
    let result = try await run(arguments)
    guard result.succeeded else { throw ToolFailure(arguments: arguments, result: result) }
    return result.output
}

struct ToolFailure: Error, CustomStringConvertible {
    let arguments: [String]
    let result: CommandResult

    var description: String {
        "\(arguments.joined(separator: " ")): \(result.status.map { "\($0)" } ?? "no end") \(result.errors)"
    }
}
