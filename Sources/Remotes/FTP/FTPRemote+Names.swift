import FTP
import FileModel

/// Names are UTF-8 here and in the server's character set on the wire; FTP sessions see only the latter.
extension FTPRemote {
    /// The path below the server's own root, as the server writes it.
    ///
    /// - Throws: `.invalidName` for a name that the character set cannot say.
    func path(_ path: RemotePath, on connection: isolated FTPConnection) throws(StorageError) -> RemotePath {
        let login = connection.facts.loginDirectory
        guard let codePage else { return root.onServer(path, loginFolder: login) }
        let onServer = root.onServer(path, loginFolder: try login.map(codePage.decoded))
        return try codePage.encoded(onServer)
    }

    func decoded(_ entries: [DirectoryEntry]) throws(StorageError) -> [DirectoryEntry] {
        guard let codePage else { return entries }
        return try entries.map { entry throws(StorageError) in
            let name = try FileName(codePage.decoded(entry.name.bytes))
            return DirectoryEntry(name: name, attributes: entry.attributes)
        }
    }
}

extension CodePage {
    fileprivate func decoded(_ path: RemotePath) throws(StorageError) -> RemotePath {
        var result = RemotePath.root
        for name in path.components { result = result.appending(try FileName(decoded(name.bytes))) }
        return result
    }

    fileprivate func encoded(_ path: RemotePath) throws(StorageError) -> RemotePath {
        var result = RemotePath.root
        for name in path.components { result = result.appending(try FileName(try encoded(name.bytes))) }
        return result
    }
}
