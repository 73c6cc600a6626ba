import FileModel

extension RemoteFolder {
    /// The folder and `path` below it as the server names it.
    ///
    /// - Parameter loginFolder: absolute, as the server told it.
    func onServer(_ path: RemotePath, loginFolder: [UInt8]) -> [UInt8] {
        let slash = UInt8(ascii: "/")
        switch self {
        case .absolute(let folder):
            return [slash] + folder.appending(path).bytes
        case .belowLogin(let below):
            let rest = below.appending(path).bytes
            if rest.isEmpty { return loginFolder.isEmpty ? [slash] : loginFolder }
            return (loginFolder.last == slash ? loginFolder : loginFolder + [slash]) + rest
        }
    }

    /// The same as a path below the server's own root.
    ///
    /// - Parameter loginFolder: where the server put the login; nil when it would not say, then its root.
    func onServer(_ path: RemotePath, loginFolder: RemotePath?) -> RemotePath {
        switch self {
        case .absolute(let folder): folder.appending(path)
        case .belowLogin(let below): (loginFolder ?? .root).appending(below).appending(path)
        }
    }
}
