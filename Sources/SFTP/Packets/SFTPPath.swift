import FileModel

/// A path as the server understands it: absolute, or relative to the login folder. Any bytes.
public struct SFTPPath: Hashable, Sendable {
    public let bytes: [UInt8]

    public init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    public init(_ string: String) { bytes = Array(string.utf8) }

    /// The name in this folder.
    public func appending(_ name: [UInt8]) -> SFTPPath {
        SFTPPath(bytes.last == UInt8(ascii: "/") ? bytes + name : bytes + [UInt8(ascii: "/")] + name)
    }

    /// The folder and the name in it; nil for the top.
    public var split: (folder: SFTPPath, name: [UInt8])? {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else {
            return bytes.isEmpty ? nil : (SFTPPath("."), bytes)
        }
        let name = Array(bytes[(slash + 1)...])
        return name.isEmpty ? nil : (SFTPPath(slash == 0 ? [UInt8(ascii: "/")] : Array(bytes[..<slash])), name)
    }
}

extension SFTPPath: CustomStringConvertible {
    public var description: String { printable(bytes) }
}
