/// An open file or directory, as the server names it: opaque bytes, valid on one connection until closed.
public struct SFTPHandle: Hashable, Sendable {
    let bytes: [UInt8]

    /// draft-ietf-secsh-filexfer-02 §6.3: "The length of the handle string MUST NOT exceed 256 data bytes."
    static let maximumLength = 256

    init(_ bytes: [UInt8]) { self.bytes = bytes }
}
