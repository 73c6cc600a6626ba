/// [mount]
enum MountKeys {
    static let enabled = Key("enabled", .flag, default: true, "`syncctl daemon` mounts it")
    static let mountpoint = Key(
        "mountpoint", .text, default: "", example: "/mnt/prod", "an empty folder of this machine")
    static let remotePath = Key(
        "remote_path", .text, default: "", example: "/outgoing",
        "the folder on the server that is shown; absolute, or below the URL's folder without a leading slash; none is "
            + "the URL's folder")
    static let readOnly = Key("read_only", .flag, default: false, "refuse every change")
    static let allowOther = Key(
        "allow_other", .flag, default: false, "let other users in (needs user_allow_other in fuse.conf)")
    static let defaultPermissions = Key(
        "default_permissions", .flag, default: false,
        "the kernel checks permission bits, as it does with allow_other; else the server alone decides")
    static let nonEmpty = Key("nonempty", .flag, default: false, "mount over a folder that is not empty")
    static let containSymlinks = Key(
        "contain_symlinks", .flag, default: true,
        "show links of the server so that none leads out of the mounted folder; false shows them as they are")
    static let uid = Key("uid", .user, default: "owner", "whose the files are; owner is the user who mounts")
    static let gid = Key("gid", .group, default: "owner", "which group the files belong to")
    static let umask = Key("umask", .umask, default: "022", "permission bits that are taken away")
    static let attributeTimeout = Key(
        "attribute_timeout", .duration(), default: "3s", "how long sizes and times are believed")
    static let directoryTimeout = Key("directory_timeout", .duration(), default: "3s", "how long listings are believed")
    static let negativeTimeout = Key(
        "negative_timeout", .duration(), default: "1s", "how long a missing name stays missing")
    static let readAhead = Key(
        "read_ahead", .bytes, default: "8MiB", "fetched ahead of a sequential reader, per open file")
    static let writeBehind = Key(
        "write_behind", .bytes, default: "32MiB", "written but not yet on the server, per open file")
    static let spoolLimit = Key(
        "spool_limit", .bytes, default: "2GiB", "local space for files that no stream can serve, and for pending ones")
    static let write = Key(
        "write", ValueFormat<WriteMode>.choice, default: "through",
        "what closing a file waits for: through is the server, back a journal of this machine that is uploaded soon")

    static let schema = TableSchema(
        "mount", "The local folder.",
        keys: [
            enabled.description, mountpoint.description, remotePath.description, readOnly.description,
            allowOther.description, defaultPermissions.description, nonEmpty.description,
            containSymlinks.description, uid.description,
            gid.description, umask.description,
            attributeTimeout.description, directoryTimeout.description, negativeTimeout.description,
            readAhead.description, writeBehind.description, spoolLimit.description, write.description,
        ])
}

/// [log]
enum LogKeys {
    static let level = Key(
        "level", ValueFormat<LogLevel>.choice, default: "info", "the least important message that is written")
    static let sent = Key("sent", .flag, default: false, "write what is sent to the server, secrets masked")
    static let received = Key("received", .flag, default: false, "write what the server answers")

    static let schema = TableSchema(
        "log", "Messages.", keys: [level.description, sent.description, received.description])
}
