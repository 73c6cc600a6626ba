public import FileModel
import Glibc

/// Tells whether credentials are those of an earlier run, and nothing else about them.
///
/// It is kept in a state file, so nobody may be able to find a password by it: it is a keyed hash whose key lies apart
/// from it, in the runtime folder, and of that hash it has 16 bits. Who has both files can tell from a guess no more
/// than that one in 65,536 wrong ones would look the same. Changed credentials pass for the old ones as rarely.
public struct CredentialMark: Hashable, Sendable {
    let text: String

    /// - Parameters:
    ///   - parts: all that makes up the login: user, password, account, and so on.
    ///   - folder: holds the key; exists.
    /// - Throws: `.configuration` when no key can be kept there.
    public init(_ parts: [String], keyFolder folder: String) throws(StorageError) {
        self.init(parts, key: try LoginKey.key(in: folder))
    }

    init(_ parts: [String], key: [UInt8]) {
        let message = parts.flatMap { part in Array("\(part.utf8.count):".utf8) + Array(part.utf8) }
        let hash = String(SipHash.hash(message, key: key) & 0xffff, radix: 16)
        text = String(repeating: "0", count: 4 - hash.count) + hash
    }
}

/// 16 random bytes that no other file of the state repeats, for its owner only.
enum LoginKey {
    private static let length = 16

    static func key(in folder: String) throws(StorageError) -> [UInt8] {
        let path = folder + "/login-key"
        if let key = try read(path) { return key }
        try make(path)
        guard let key = try read(path) else { throw failure("made", path) }
        return key
    }

    /// - Returns: nil when there is no key yet.
    private static func read(_ path: String) throws(StorageError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("read", path)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else {
            throw StorageError(.configuration, "\(path) is not this user's own: remove it")
        }
        var key = [UInt8](repeating: 0, count: length)
        guard Glibc.read(descriptor, &key, length) == length else {
            throw StorageError(.configuration, "\(path) is damaged: remove it")
        }
        return key
    }

    /// Whole from the first moment on: it gets its name after its content, from whichever program comes first.
    private static func make(_ path: String) throws(StorageError) {
        let temporary = "\(path).\(getpid()).\(UInt32.random(in: 0 ... .max))"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("made", temporary) }
        defer { unlink(temporary) }
        let key = (0..<length).map { _ in UInt8.random(in: 0 ... .max) }
        let written = write(descriptor, key, length)
        close(descriptor)
        guard written == length, link(temporary, path) == 0 || errno == EEXIST else { throw failure("made", path) }
    }

    private static func failure(_ what: String, _ path: String) -> StorageError {
        StorageError(
            .configuration,
            "\(path) cannot be \(what): \(String(cString: strerror(errno))); choose another place with --state")
    }
}
