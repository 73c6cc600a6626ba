extension Reply {
    /// ProFTPD's answer to a command that arrives while data moves, `450 EPSV: data transfer in progress`. It comes before
    /// the transfer's own last reply, and the command can be sent again once that is here.
    var isDenialInTransfer: Bool { code == 450 && text.contains("data transfer in progress") }
}
