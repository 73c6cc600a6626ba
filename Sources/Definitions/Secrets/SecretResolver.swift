public import FileModel
import Dispatch
import Glibc

/// Fetches secrets from where definitions say they are, at the moment a login needs them.
public struct SecretResolver: Sendable {
    private let environment: [String: String]
    private let commandTimeout: Duration

    /// - Parameter commandTimeout: for `password_command`, which may ask its user.
    public init(environment: [String: String], commandTimeout: Duration = .seconds(60)) {
        self.environment = environment
        self.commandTimeout = commandTimeout
    }

    /// Fetches a secret without blocking the tasks of the caller.
    ///
    /// - Parameters:
    ///   - host: the machine to look up in a netrc file.
    ///   - user: whose entry is wanted there; nil takes the first of the host.
    /// - Throws: `.configuration` with the remedy: no such file, a file that others can read, an empty secret, a
    ///   command that failed.
    public func resolve(_ source: SecretSource, host: String, user: String?) async throws(StorageError) -> Secret {
        let result = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: self.result(source, host: host, user: user))
            }
        }
        return try result.get()
    }

    private func result(_ source: SecretSource, host: String, user: String?) -> Result<Secret, StorageError> {
        do throws(StorageError) {
            return .success(try read(source, host: host, user: user))
        } catch {
            return .failure(error)
        }
    }

    private func read(_ source: SecretSource, host: String, user: String?) throws(StorageError) -> Secret {
        switch source {
        case .inline(let secret): return secret
        case .file(let path): return try Self.firstLine(Self.privateFile(path), of: path)
        case .environment(let name):
            guard let value = environment[name], !value.isEmpty else {
                throw StorageError(
                    .configuration, "the environment variable \(name) is not set; it should hold the password")
            }
            return Secret(value)
        case .credential(let name): return try credential(name)
        case .netrc(let path): return try netrc(path, host: host, user: user)
        case .command(let words):
            let output = try CommandOutput(words, environment: environment, timeout: commandTimeout)
            return try Self.firstLine(output.bytes, of: "the output of \(words[0])")
        }
    }

    /// A file of systemd's LoadCredential=; systemd sees to its mode.
    private func credential(_ name: String) throws(StorageError) -> Secret {
        guard let folder = environment["CREDENTIALS_DIRECTORY"] else {
            throw StorageError(
                .configuration,
                "there is no $CREDENTIALS_DIRECTORY for the credential '\(name)'; "
                    + "it exists in a systemd unit with LoadCredential=\(name):FILE")
        }
        guard !name.utf8.contains(UInt8(ascii: "/")) else {
            throw StorageError(.configuration, "'\(name)' is not the name of a credential")
        }
        let path = "\(folder)/\(name)"
        return try Self.firstLine(Self.file(path).bytes, of: path)
    }

    private func netrc(_ path: String, host: String, user: String?) throws(StorageError) -> Secret {
        let entries = NetrcFile(String(decoding: try Self.privateFile(path), as: UTF8.self))
        guard let password = entries.password(host: host, user: user) else {
            let whose = user.map { " and the user '\($0)'" } ?? ""
            throw StorageError(.configuration, "\(path) has no password for \(host)\(whose)")
        }
        return Secret(password)
    }

    // MARK: - Files

    private static let longest = 65_536

    /// - Throws: `.configuration` when anyone but its owner can read it.
    private static func privateFile(_ path: String) throws(StorageError) -> [UInt8] {
        let file = try file(path)
        guard file.mode & 0o077 == 0 else {
            throw StorageError(
                .configuration, "\(path) holds a password and can be read by others; run: chmod 600 \(path)")
        }
        guard file.owner == geteuid() || file.owner == 0 else {
            throw StorageError(
                .configuration, "\(path) holds a password and belongs to another user; run: chown \(geteuid()) \(path)")
        }
        return file.bytes
    }

    private static func file(_ path: String) throws(StorageError) -> SmallFile {
        do throws(StorageError) {
            return try SmallFile(path: path, limit: longest)
        } catch {
            throw StorageError(.configuration, "the password cannot be read: \(error.message)")
        }
    }

    private static func firstLine(_ bytes: [UInt8], of what: String) throws(StorageError) -> Secret {
        let line = bytes.prefix { $0 != 10 && $0 != 13 }
        guard bytes.count <= longest, !line.isEmpty, let text = String(validating: line, as: UTF8.self) else {
            throw StorageError(
                .configuration,
                line.isEmpty
                    ? "\(what) is empty; its first line should be the password"
                    : "\(what) is no password: its first line is not UTF-8 text")
        }
        return Secret(text)
    }
}
