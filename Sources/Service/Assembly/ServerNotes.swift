import Definitions
import FTP
import FileModel
import Glibc
import Remotes

/// Where the pools of all remotes keep what they learn about their servers.
struct ServerNotes {
    private let profiles: ServerProfiles
    private let keyFolder: String
    private let triesRefusedLogins: Bool

    init(_ directories: ProgramDirectories, triesRefusedLogins: Bool) {
        profiles = ServerProfiles(directory: directories.servers)
        keyFolder = directories.runtime
        self.triesRefusedLogins = triesRefusedLogins
    }

    /// What `syncctl probe` measured; nil when it did not, or when its notes cannot be read.
    func measured(_ remote: RemoteDefinition) -> MeasuredServer? {
        try? profiles.profile(of: remote.identity).measured
    }

    /// What an upload of an earlier program told of the server's clock.
    func wallClock(_ remote: RemoteDefinition) -> WallClock? {
        try? profiles.profile(of: remote.identity).wallClock
    }

    /// What cannot be written is not remembered: then the next program learns it again.
    func remember(_ clock: WallClock?, of remote: RemoteDefinition) {
        guard wallClock(remote) != clock else { return }
        try? profiles.update(remote.identity) { $0.wallClock = clock }
    }

    /// - Parameter password: nil where none is offered to the server: only a password can be wrong in a way that locks
    ///   an account.
    func record(of remote: RemoteDefinition, password: Secret?) throws(StorageError) -> ProfileRecord {
        var mark: CredentialMark?
        if let password, !password.isEmpty, !remote.auth.anonymous {
            try FolderMaker.make(keyFolder)
            mark = try CredentialMark(parts(of: remote, password), keyFolder: keyFolder)
        }
        return ProfileRecord(
            profiles, identity: remote.identity, credentials: mark, triesRefused: triesRefusedLogins)
    }

    /// All of the definition that a login depends on; a change of any of it is worth an attempt.
    private func parts(of remote: RemoteDefinition, _ password: Secret) -> [String] {
        let auth = remote.auth
        let keys = auth.identityFiles.map { "\($0) \(Self.stamp($0))" }
        return [remote.user ?? "", password.revealed, auth.account ?? ""] + auth.methods.map(\.rawValue) + keys
    }

    /// Changes when the file, or the link to it, does.
    private static func stamp(_ path: String) -> String {
        var status = stat()
        guard lstat(path, &status) == 0 else { return "missing" }
        return "\(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)"
    }
}
