public import FileModel

/// The folder on the server that a remote is rooted in, as the path of a URL tells it.
///
/// A URL's path is absolute in every protocol; `/~/x` is below the login folder, no path is the login folder.
public enum RemoteRoot: Hashable, Sendable {
    case absolute(RemotePath)
    case belowLogin(RemotePath)

    public static let loginFolder = RemoteRoot.belowLogin(.root)

    /// - Parameter path: of the URL, percent-decoded, with its leading slash; or empty.
    /// - Throws: `.invalidName` for `..` and NUL.
    public init(urlPath path: some Sequence<UInt8>) throws(StorageError) {
        let bytes = Array(path)
        if bytes.isEmpty {
            self = .loginFolder
            return
        }
        let tilde = Array("~".utf8)
        let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true)
        if let first = parts.first, first.elementsEqual(tilde) {
            self = .belowLogin(try RemotePath(parts.dropFirst().joined(separator: [UInt8(ascii: "/")])))
        } else {
            self = .absolute(try RemotePath(bytes))
        }
    }

    /// The root and `path` below it as the server names it.
    ///
    /// - Parameter loginFolder: absolute, as the server told it.
    func onServer(_ path: RemotePath, loginFolder: [UInt8]) -> [UInt8] {
        let slash = UInt8(ascii: "/")
        switch self {
        case .absolute(let root):
            return [slash] + root.appending(path).bytes
        case .belowLogin(let below):
            let rest = below.appending(path).bytes
            if rest.isEmpty { return loginFolder.isEmpty ? [slash] : loginFolder }
            return (loginFolder.last == slash ? loginFolder : loginFolder + [slash]) + rest
        }
    }
}

extension RemoteRoot {
    /// The same as a path below the server's own root.
    ///
    /// - Parameter loginFolder: where the server put the login; nil when it would not say, then its root.
    func onServer(_ path: RemotePath, loginFolder: RemotePath?) -> RemotePath {
        switch self {
        case .absolute(let root): root.appending(path)
        case .belowLogin(let below): (loginFolder ?? .root).appending(below).appending(path)
        }
    }
}

extension RemoteRoot: CustomStringConvertible {
    public var description: String {
        switch self {
        case .absolute(let path): path.description
        case .belowLogin(let path): path.isRoot ? "the login folder" : "~\(path.description)"
        }
    }
}
