/// One name of a READDIR, REALPATH or READLINK answer. Unchecked: it may be `.`, or hold a slash.
public struct SFTPName: Hashable, Sendable {
    public let bytes: [UInt8]
    public var attributes: SFTPAttributes

    public init(_ bytes: [UInt8], attributes: SFTPAttributes = SFTPAttributes()) {
        self.bytes = bytes
        self.attributes = attributes
    }
}
