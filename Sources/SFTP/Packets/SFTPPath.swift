import FileModel

/// A path as the server understands it: absolute, or relative to the login folder. Any bytes.
public struct SFTPPath: Hashable, Sendable {
    public let bytes: [UInt8]

    public init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    public init(_ string: String) { bytes = Array(string.utf8) }
}

extension SFTPPath: CustomStringConvertible {
    public var description: String { printable(bytes) }
}
