/// How a file is opened (draft-ietf-secsh-filexfer-02 §6.3, `SSH_FXF_*`).
public struct SFTPOpenFlags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let read = SFTPOpenFlags(rawValue: 0x01)
    public static let write = SFTPOpenFlags(rawValue: 0x02)
    public static let append = SFTPOpenFlags(rawValue: 0x04)
    public static let create = SFTPOpenFlags(rawValue: 0x08)
    public static let truncate = SFTPOpenFlags(rawValue: 0x10)
    /// With `create`: fails when the file exists.
    public static let exclusive = SFTPOpenFlags(rawValue: 0x20)
}
