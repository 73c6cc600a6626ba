import FileModel
import Glibc

/// ssh_config(5) files on disk.
struct SSHConfigFiles: Sendable {
    /// Absolute paths or below `~/`, the user's first.
    let files: [String]

    /// - Throws: `.configuration` when a file cannot be used, or asks for what libssh2 cannot do.
    func values(for subject: SSHConfigReader.Subject) throws(StorageError) -> SSHConfigValues {
        var reader = SSHConfigReader(subject, open: Self.included)
        for file in files {
            let path = LocalPath.expandingTilde(file)
            let isUserFile = !path.hasPrefix("/etc/")
            guard let text = try KnownHostsFile(path).text() else { continue }
            if isUserFile { try Self.requireSafe(path) }
            do throws(SSHConfigProblem) {
                try reader.read(text, file: path, isUserFile: isUserFile)
            } catch {
                throw StorageError(.configuration, "\(error.location): \(error.message)")
            }
        }
        return reader.values
    }

    /// Others could send our logins elsewhere (ssh refuses such files as well).
    private static func requireSafe(_ path: String) throws(StorageError) {
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        if (status.st_uid != 0 && status.st_uid != getuid()) || status.st_mode & 0o022 != 0 {
            throw StorageError(
                .configuration, "\(path) belongs to somebody else or can be changed by others: chmod 600 it")
        }
    }

    private static func included(_ pattern: String, isUserFile: Bool) -> [(name: String, text: String)] {
        var path = LocalPath.expandingTilde(pattern)
        if !path.hasPrefix("/") { path = (isUserFile ? LocalPath.expandingTilde("~/.ssh/") : "/etc/ssh/") + path }
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(path, 0, nil, &found) == 0 else { return [] }
        let names = (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
        return names.compactMap { name in
            guard let text = try? KnownHostsFile(name).text() else { return nil }
            return (name, text)
        }
    }
}
