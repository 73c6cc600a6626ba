/// What a server does in a way of its own, by the name it gives itself and by what it announces.
public struct SFTPDialect: Hashable, Sendable {
    /// SYMLINK carries the link before its target, as the draft has it; everybody else follows OpenSSH, where it is the
    /// other way round (its PROTOCOL file, §4.1).
    public var symlinkNamesLinkFirst = false
    /// READLINK answers relative targets as absolute ones.
    public var readlinkAnswersAbsolute = false
    /// Setting a file's size replaces its content by zeros.
    public var resizingDestroys = false
    /// A handle reads no further than the file went when it was opened.
    public var handlesKeepTheirSize = false
    /// A channel takes 2 MiB at a time (CHAN_SES_WINDOW_DEFAULT of OpenSSH), whatever the line would carry, and a
    /// connection bears several channels (MaxSessions of sshd_config(5), 10 unless set).
    public var hasNarrowChannels = false
    /// Another program on this machine may see that it is so, where we cannot.
    public var mayHaveNarrowChannels = false

    /// nil: the server computes no checksums.
    public var fileChecks: SFTPFileChecks?

    public init() {}

    /// - Parameter software: the server's identification (RFC 4253 §4.2), such as `SSH-2.0-OpenSSH_9.2`; nil where the
    ///   transport hides it.
    init(software: String?, _ version: SFTPVersion) {
        let name = software ?? ""
        hasNarrowChannels = name.contains("OpenSSH")
        mayHaveNarrowChannels = hasNarrowChannels || software == nil
        // asyncssh goes by the client's name; ours is not among those for which it follows OpenSSH.
        symlinkNamesLinkFirst = name.contains("AsyncSSH")
        readlinkAnswersAbsolute = name.contains("mod_sftp")
        handlesKeepTheirSize = name.contains("mod_sftp")
        // paramiko truncates with open(path, "w+"). Nobody else announces this extension with this value.
        resizingDestroys = version.extensions[.checkFile] == Array("md5,sha1".utf8)
        if resizingDestroys {
            fileChecks = .paramiko
        } else if version.extensions[.checkFile] != nil || version.extensions[.checkFileHandle] != nil
            // It announces them from version 5 on, and has them in all.
            || name.contains("mod_sftp")
        {
            fileChecks = SFTPFileChecks()
        }
    }
}
