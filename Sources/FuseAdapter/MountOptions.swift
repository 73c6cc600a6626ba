/// How a volume is mounted, beyond what `VolumeSettings` say of the volume itself.
public struct MountOptions: Sendable {
    /// An existing folder, as an absolute path.
    public var mountpoint: String
    /// Lets other users in; the kernel then checks permissions by mode (`default_permissions`).
    public var allowOther = false
    /// The kernel checks permissions by mode, user and group; otherwise the server alone decides.
    public var defaultPermissions = false
    /// Mounts over a folder that is not empty.
    public var allowNonEmpty = false
    /// Shown as the source of the mount by mount(8) and df(1).
    public var fileSystemName = "remora"
    /// Shown as the type: `fuse.<subtype>`.
    public var subtype = "syncctl"
    /// Read-ahead of the kernel in KiB, raised where the process may (root).
    public var kernelReadAhead = 1024

    public init(mountpoint: String) { self.mountpoint = mountpoint }

    /// The arguments of fuse_session_new(3): a program name, then `-o` options.
    func arguments(isReadOnly: Bool) -> [String] {
        var options = [
            "fsname=\(Self.escaped(fileSystemName))", "subtype=\(Self.escaped(subtype))",
            "max_read=\(Self.maximumTransfer)",
            isReadOnly ? "ro" : "rw", "nosuid", "nodev",
        ]
        if allowOther { options.append("allow_other") }
        if defaultPermissions || allowOther { options.append("default_permissions") }
        return ["syncctl"] + options.flatMap { ["-o", $0] }
    }

    /// The largest read and write that the kernel is asked to send (FUSE_MAX_MAX_PAGES).
    static let maximumTransfer = 1 << 20

    /// Commas and backslashes separate options (fuse_opt.h).
    private static func escaped(_ value: String) -> String {
        var result = ""
        for character in value.unicodeScalars {
            if character == "," || character == "\\" { result += "\\" }
            result.unicodeScalars.append(character)
        }
        return result
    }
}
