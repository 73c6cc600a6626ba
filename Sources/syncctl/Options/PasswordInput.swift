import Definitions
import FileModel
import Foundation
import Glibc

/// The password of a definition that names none: SYNCCTL_PASSWORD, SYNCCTL_PASSWORD_FILE or `--password-stdin`.
enum PasswordInput {
    private static let longest = 4096

    /// Fills in the password source; `--password-stdin` replaces what the definition says.
    static func apply(to remote: inout RemoteDefinition, _ options: RemoteOptions) throws(StorageError) {
        let environment = ProcessInfo.processInfo.environment
        if options.passwordFromInput {
            remote.auth.password = .inline(try Cache.shared.value())
        } else if remote.auth.password == nil {
            if environment["SYNCCTL_PASSWORD"]?.isEmpty == false {
                remote.auth.password = .environment("SYNCCTL_PASSWORD")
            } else if let path = environment["SYNCCTL_PASSWORD_FILE"], !path.isEmpty {
                remote.auth.password = .file(
                    path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path)
            }
        }
    }

    private static func readLine() throws(StorageError) -> Secret {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while bytes.count <= longest {
            let count = read(0, &byte, 1)
            if count < 0, errno == EINTR { continue }
            if count <= 0 || byte == 10 { break }
            bytes.append(byte)
        }
        if bytes.last == 13 { bytes.removeLast() }
        guard !bytes.isEmpty, bytes.count <= longest, let text = String(validating: bytes, as: UTF8.self) else {
            throw StorageError(.configuration, "--password-stdin found no password on the first line of standard input")
        }
        return Secret(text)
    }

    /// Standard input can be read once only.
    private final class Cache: Sendable {
        static let shared = Cache()
        private let result: Result<Secret, StorageError>

        private init() {
            do throws(StorageError) {
                result = .success(try PasswordInput.readLine())
            } catch {
                result = .failure(error)
            }
        }

        func value() throws(StorageError) -> Secret { try result.get() }
    }
}
