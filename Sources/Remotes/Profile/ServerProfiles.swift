public import FileModel
import FoundationEssentials
import Glibc

/// The profiles of all servers: one small JSON file each, in one folder, named like the server's slot folder.
///
/// A profile is read and replaced as a whole: readers see the old or the new one, and a change waits for another
/// process's change of the same folder (flock(2)).
public struct ServerProfiles: Sendable {
    public let directory: String

    public init(directory: String) { self.directory = directory }

    /// The file in which the profile of a server is kept.
    ///
    /// - Parameter identity: server and account, `ftp://user@host:21`.
    public func file(of identity: String) -> String { "\(directory)/\(Self.name(identity)).json" }

    /// - Returns: an empty profile for a server that nothing is known of.
    /// - Throws: `.configuration` for a file that cannot be read: what it says about trust must not be lost in silence.
    public func profile(of identity: String) throws(StorageError) -> ServerProfile {
        let path = file(of: identity)
        guard let data = try contents(path) else { return ServerProfile() }
        do {
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            return try decoder.decode(ServerProfile.self, from: data)
        } catch {
            throw StorageError(
                .configuration,
                "\(path), which remembers what was learned about \(identity), is damaged: remove it to start afresh")
        }
    }

    /// Changes the profile of a server; nothing is written when the change changes nothing.
    public func update(
        _ identity: String, _ change: (inout ServerProfile) -> Void
    ) throws(StorageError) {
        let lock = try lockedFolder()
        defer { withExtendedLifetime(lock) {} }
        let old = try profile(of: identity)
        var new = old
        change(&new)
        guard new != old else { return }
        new.identity = identity
        try replace(file(of: identity), with: new)
    }

    /// All profiles that can be read, by name.
    public func all() -> [ServerProfile] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return files.filter { $0.hasSuffix(".json") }.sorted().compactMap { name in
            guard let data = try? Data(contentsOf: URL(filePath: "\(directory)/\(name)")) else { return nil }
            return try? JSONDecoder().decode(ServerProfile.self, from: data)
        }
    }

    private static func name(_ identity: String) -> String { String(SlotDirectory.folderName(identity).dropFirst(6)) }

    private func contents(_ path: String) throws(StorageError) -> Data? {
        do {
            return try Data(contentsOf: URL(filePath: path))
        } catch {
            if access(path, F_OK) != 0 && errno == ENOENT { return nil }
            throw StorageError(.configuration, "\(path) cannot be read: \(error)")
        }
    }

    private func lockedFolder() throws(StorageError) -> LockedFile {
        guard mkdir(directory, 0o700) == 0 || errno == EEXIST else { throw failure("made", directory) }
        let path = directory + "/lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("opened", path) }
        let file = LockedFile(descriptor)
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw failure("locked", path) }
        }
        return file
    }

    /// By rename(2): at every instant there is a whole file.
    private func replace(_ path: String, with profile: ServerProfile) throws(StorageError) {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let temporary = "\(path).\(getpid()).new"
        do {
            try encoder.encode(profile).write(to: URL(filePath: temporary))
        } catch {
            unlink(temporary)
            throw StorageError(.failed, "\(path) cannot be written: \(error)")
        }
        guard rename(temporary, path) == 0 else {
            defer { unlink(temporary) }
            throw failure("replaced", path)
        }
    }

    private func failure(_ what: String, _ path: String) -> StorageError {
        StorageError(
            .configuration,
            "\(path) cannot be \(what): \(String(cString: strerror(errno))); choose another place with --state")
    }
}
