/// A folder on a server as a definition names it.
public enum RemoteFolder: Hashable, Sendable {
    /// From the server's root.
    case absolute(RemotePath)
    /// From the folder where the login lands; the empty path is that folder.
    case belowLogin(RemotePath)

    public static let login = RemoteFolder.belowLogin(.root)

    /// Reads the path of a URL or a `remote_path`: `/srv/x` is absolute, `/~/x` and `~/x` are below the login folder.
    ///
    /// - Parameter base: where a path without a leading slash starts.
    /// - Throws: `.invalidName` for `..` or a NUL byte.
    public init(_ bytes: some Collection<UInt8>, relativeTo base: RemoteFolder = .login) throws(StorageError) {
        let tilde = UInt8(ascii: "~")
        let slash = UInt8(ascii: "/")
        let isAbsolute = bytes.first == slash
        let rest = isAbsolute ? Array(bytes.dropFirst()) : Array(bytes)
        if rest.first == tilde, rest.count == 1 || rest[1] == slash {
            self = .belowLogin(try RemotePath(rest.dropFirst()))
        } else if isAbsolute {
            self = .absolute(try RemotePath(rest))
        } else {
            self = base.appending(try RemotePath(rest))
        }
    }

    public func appending(_ path: RemotePath) -> RemoteFolder {
        switch self {
        case .absolute(let base): .absolute(base.appending(path))
        case .belowLogin(let base): .belowLogin(base.appending(path))
        }
    }

    /// Without what it starts from.
    public var path: RemotePath {
        switch self {
        case .absolute(let path), .belowLogin(let path): path
        }
    }
}

extension RemoteFolder: CustomStringConvertible {
    /// `/srv/x`, `~/x` or `~`.
    public var description: String {
        switch self {
        case .absolute(let path): path.description
        case .belowLogin(let path): path.isRoot ? "~" : "~" + path.description
        }
    }
}
