import ArgumentParser
import Definitions
import Dispatch
import FileModel
import Foundation
import Glibc
import Service

/// Starts this program once more to serve a mount, and waits until the folder answers.
struct BackgroundMount {
    let target: String
    let mountpoint: String
    let definition: MountDefinition
    let command: MountCommand

    /// - Throws: what kept the folder from being mounted, with its exit code.
    func start() async throws {
        let directories = command.directories.directories()
        try directories.prepare()
        let ready = try Spawn.pipe()
        let secret = try passwordPipe()
        let log = try logFile(directories)
        defer { [ready.input, secret, log].compactMap(\.self).forEach { close($0) } }
        var spawn = Spawn(words: ["/proc/self/exe"] + arguments(hasPassword: secret != nil))
        spawn.descriptors = [1: log, 2: log, 3: ready.output]
        if let secret { spawn.descriptors[0] = secret }
        spawn.isNewSession = true
        let child = try spawn.start()
        close(ready.output)
        let answer = await Self.answer(from: ready.input)
        guard answer != .ready else { return }
        let code = Spawn.wait(for: child)
        try fail(answer, code: code, log: logPath(directories))
    }

    private static func answer(from descriptor: CInt) async -> ReadyPipe.Answer {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: ReadyPipe.answer(from: descriptor)) }
        }
    }

    private func fail(_ answer: ReadyPipe.Answer, code: Int32, log: String) throws -> Never {
        if case .failed(let code, let message) = answer {
            Terminal.errors.writeLine("syncctl: \(message)")
            throw ExitCode(code)
        }
        throw StorageError(.failed, "the mount ended with status \(code); its messages are in \(log)")
    }

    // MARK: - What the child is told

    /// No password is among these: they can be read by everybody.
    private func arguments(hasPassword: Bool) -> [String] {
        var words = ["mount", "--foreground", "--ready-descriptor", "3"]
        if let config = command.directories.config { words += ["--config", config] }
        if let state = command.directories.state { words += ["--state", state] }
        for options in command.remote.options { words += ["-o", options] }
        words += Array(repeating: "--verbose", count: command.remote.verbose)
        if hasPassword { words.append("--password-stdin") }
        return words + ["--", URLWithoutPassword.text(of: target), mountpoint]
    }

    /// Hands over a password that this process alone knows.
    private func passwordPipe() throws(StorageError) -> CInt? {
        guard case .inline(let secret)? = definition.remote.auth.password,
            command.remote.passwordFromInput || RemoteURL.looksLikeURL(target)
        else { return nil }
        let pipe = try Spawn.pipe()
        let bytes = Array((secret.revealed + "\n").utf8)
        // At most 4 KiB: it fits into the pipe's buffer.
        _ = write(pipe.output, bytes, bytes.count)
        close(pipe.output)
        return pipe.input
    }

    // MARK: - What the child says later

    private func logPath(_ directories: ProgramDirectories) -> String {
        let name = definition.name.isEmpty ? definition.remote.host : definition.name
        return "\(directories.logs)/mount-\(name.replacing("/", with: "_")).log"
    }

    private func logFile(_ directories: ProgramDirectories) throws(StorageError) -> CInt {
        let path = logPath(directories)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StorageError(.failed, "\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
        return descriptor
    }
}

/// A URL that can be shown to everybody.
enum URLWithoutPassword {
    /// - Returns: the text itself where it is no URL or has no password.
    static func text(of target: String) -> String {
        guard RemoteURL.looksLikeURL(target), let scheme = target.range(of: "://") else { return target }
        let rest = target[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        guard let sign = authority.lastIndex(of: "@"), let colon = authority[..<sign].firstIndex(of: ":") else {
            return target
        }
        return String(target[..<colon] + target[sign...])
    }
}
