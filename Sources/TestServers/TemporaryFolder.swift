import Glibc
import Synchronization

/// A new folder below `$TMPDIR`, removed with this object.
///
/// Everybody may pass through it, so that a server can reach its files after it gave up root.
public final class TemporaryFolder: Sendable {
    public let path: String

    public init() throws {
        let base = environment("TMPDIR") ?? "/tmp"
        var template = Array("\(base)/remora-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError(base) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard chmod(path, 0o755) == 0 else { throw SystemError(path) }
    }

    deinit { LocalFiles.removeTree(path) }

    /// Has the folder removed when the process exits, for one that lives as long.
    func removeAtExit() {
        Self.removedAtExit.withLock { paths in
            if paths.isEmpty { atexit { TemporaryFolder.removeRemaining() } }
            paths.append(path)
        }
    }

    private static let removedAtExit = Mutex<[String]>([])

    private static func removeRemaining() {
        for path in removedAtExit.withLock({ $0 }) { LocalFiles.removeTree(path) }
    }

    /// Path of `name` in the folder.
    public func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }
}
