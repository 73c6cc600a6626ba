/// [remote.ftp]
enum FTPKeys {
    static let dataConnection = Key(
        "data_connection", ValueFormat<DataConnectionMode>.choice, default: "auto",
        "auto is EPSV, then PASV; with port and eprt the server connects to this machine")
    static let fixPassiveAddress = Key(
        "fix_passive_address", ValueFormat<PassiveAddressFix>.choice, default: "auto",
        "use the control connection's address where PASV names another (a server behind NAT)")
    static let activeAddress = Key(
        "active_address", .address, default: "", "the address that PORT and EPRT tell, where it is not the local one")
    static let activePorts = Key(
        "active_ports", .portRange, default: "50000-50100",
        "ports of this machine that are opened for PORT and EPRT, one at a time")
    static let transferType = Key(
        "transfer_type", ValueFormat<TransferType>.choice, default: "binary",
        "ascii converts line ends (LF here, the server's own there): sizes of the two sides are not compared then, and "
            + "transfers neither resume nor start in mid-file")
    static let codePage = Key(
        "code_page", .codePage, default: "auto", example: "CP1252", "of file names; auto is UTF-8 where FEAT offers it")
    static let listing = Key(
        "listing", ValueFormat<ListingCommand>.choice, default: "auto", "auto is MLSD where FEAT offers it, else LIST")
    static let dateFormat = Key(
        "date_format", .datePattern, default: "auto", example: "yy-MM-dd HH.mm.ss", "of the dates in LIST")
    static let serverTimezone = Key(
        "server_timezone", .automaticZone, default: "auto", example: "America/New_York",
        "of the dates in LIST; auto measures it")
    static let setTime = Key(
        "set_mtime", ValueFormat<TimeSetter>.choice, default: "auto", "the command that sets modification times")
    static let synchronizeDataChannel = Key(
        "synchronize_data_channel", .flag, default: false,
        "one step at a time: no command before the last one's reply, no transfer command before its data connection "
            + "stands (passive mode), no further command before that is closed and the transfer confirmed")

    static let schema = TableSchema(
        "ftp", "The dialect of an FTP server.",
        keys: [
            dataConnection.description, fixPassiveAddress.description, activeAddress.description,
            activePorts.description, transferType.description, codePage.description, listing.description,
            dateFormat.description, serverTimezone.description, setTime.description,
            synchronizeDataChannel.description,
        ])
}

/// [remote.proxy]
enum ProxyKeys {
    static let type = Key("type", ValueFormat<ProxyType>.choice, default: "none", "http is the CONNECT method")
    static let host = Key("host", .text, default: "", example: "proxy.example.com", "a name or an address")
    static let port = Key("port", .port, default: 1080, "of the proxy")
    static let user = Key("user", .word("user name", longest: 255), default: "", "the proxy's login name")
    static let domain = Key(
        "domain", .word("domain", longest: 255), default: "", "put before the login name of an HTTP proxy")
    static let passwordFile = Key("password_file", .text, default: "", "like [remote.auth] password_file")
    static let dataChannel = Key("data_channel", .flag, default: true, "data connections of FTP use the proxy as well")

    static let schema = TableSchema(
        "proxy", "The way out.",
        keys: [
            type.description, host.description, port.description, user.description, domain.description,
            passwordFile.description, dataChannel.description,
        ])
}
