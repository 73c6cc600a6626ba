/// An operation beyond version 3, as servers announce it in VERSION (OpenSSH's PROTOCOL file, §4).
public struct SFTPExtension: Hashable, Sendable {
    public let name: String

    init(_ name: String) { self.name = name }

    public static let posixRename = SFTPExtension("posix-rename@openssh.com")
    public static let statvfs = SFTPExtension("statvfs@openssh.com")
    public static let fstatvfs = SFTPExtension("fstatvfs@openssh.com")
    public static let hardlink = SFTPExtension("hardlink@openssh.com")
    public static let fsync = SFTPExtension("fsync@openssh.com")
    public static let lsetstat = SFTPExtension("lsetstat@openssh.com")
    public static let limits = SFTPExtension("limits@openssh.com")
    public static let expandPath = SFTPExtension("expand-path@openssh.com")
    /// `check-file-handle` and `check-file-name` go by this name in VERSION (draft-ietf-secsh-filexfer-extensions-00 §3).
    static let checkFile = SFTPExtension("check-file")
    static let checkFileHandle = SFTPExtension("check-file-handle")
    public static let copyData = SFTPExtension("copy-data")
}

/// What the server said in its VERSION packet.
struct SFTPVersion: Hashable, Sendable {
    var version: UInt32
    /// Each extension with its data, usually a version number as text.
    var extensions: [SFTPExtension: [UInt8]]

    init(version: UInt32 = 3, extensions: [SFTPExtension: [UInt8]] = [:]) {
        self.version = version
        self.extensions = extensions
    }
}
