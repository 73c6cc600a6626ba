import Glibc
import Synchronization

/// A new folder below `$TMPDIR`, removed with this object, or at exit.
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
        removeAtExit()
    }

    deinit {
        Self.living.withLock { _ = $0.remove(path) }
        LocalFiles.removeTree(path)
    }

    /// Folders that still stand when the process exits are removed then.
    private static let living = Mutex<Set<String>>([])

    private func removeAtExit() {
        Self.living.withLock { _ = $0.insert(path) }
        Self.removal
    }

    private static let removal: Void = { atexit { TemporaryFolder.removeLiving() } }()

    private static func removeLiving() {
        for path in living.withLock({ $0 }) { LocalFiles.removeTree(path) }
    }

    /// Path of `name` in the folder.
    public func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }
}
