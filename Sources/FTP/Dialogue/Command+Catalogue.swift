import FileModel

// Access control (RFC 959 §4.1.1, RFC 4217)
extension Command {
    static func user(_ name: String) throws(StorageError) -> Command { try Command("USER", name.utf8) }
    static func password(_ secret: Secret) throws(StorageError) -> Command {
        try Command("PASS", secret.revealed.utf8, isSecret: true)
    }
    static func account(_ secret: Secret) throws(StorageError) -> Command {
        try Command("ACCT", secret.revealed.utf8, isSecret: true)
    }
    static func authenticate(_ mechanism: AuthCommand) -> Command { Command("AUTH", known: mechanism.rawValue) }
    static let protectionBufferSize = Command("PBSZ", known: "0")
    static func protection(isPrivate: Bool) -> Command { Command("PROT", known: isPrivate ? "P" : "C") }
    /// The control connection goes back to clear text (RFC 2228 §3, RFC 4217 §12.3).
    static let clearCommandChannel = Command("CCC")
    static let quit = Command("QUIT")
}

// Session (RFC 959, RFC 2389, RFC 2640)
extension Command {
    static let features = Command("FEAT")
    static let utf8On = Command("OPTS", known: "UTF8 ON")
    static let utf8Off = Command("OPTS", known: "UTF8 OFF")
    static func chooseFacts(_ names: [String]) -> Command {
        Command("OPTS", known: "MLST " + names.map { "\($0);" }.joined())
    }
    static func chooseHash(_ name: String) -> Command { Command("OPTS", known: "HASH \(name)") }
    static let typeBinary = Command("TYPE", known: "I")
    static let typeASCII = Command("TYPE", known: "A")
    static let workingDirectory = Command("PWD")
    static let noop = Command("NOOP")
    static let abort = Command("ABOR")
    static let siteHelp = Command("SITE", known: "HELP")
}

// Data connections (RFC 959 §4.1.2, RFC 2428)
extension Command {
    static let extendedPassive = Command("EPSV")
    static let passive = Command("PASV")
    /// - Parameter numbers: `h1,h2,h3,h4,p1,p2`.
    static func port(_ numbers: String) -> Command { Command("PORT", known: numbers) }
    /// - Parameter fields: `|1|132.235.1.2|6275|`.
    static func extendedPort(_ fields: String) -> Command { Command("EPRT", known: fields) }
    static func restart(at offset: Int64) -> Command { Command("REST", known: String(offset)) }
}

// Files and directories (RFC 959 §4.1.3, RFC 3659). Paths are absolute, so that neither a leading '-' nor the
// present directory can change what a name means.
extension Command {
    init(_ verb: String, _ path: RemotePath, prefix: String = "") throws(StorageError) {
        try self.init(verb, Array(prefix.utf8) + path.absolute)
    }

    static func changeDirectory(_ path: RemotePath) throws(StorageError) -> Command { try Command("CWD", path) }
    static func retrieve(_ path: RemotePath) throws(StorageError) -> Command { try Command("RETR", path) }
    static func store(_ path: RemotePath) throws(StorageError) -> Command { try Command("STOR", path) }
    static func append(_ path: RemotePath) throws(StorageError) -> Command { try Command("APPE", path) }
    static func delete(_ path: RemotePath) throws(StorageError) -> Command { try Command("DELE", path) }
    static func makeDirectory(_ path: RemotePath) throws(StorageError) -> Command { try Command("MKD", path) }
    static func removeDirectory(_ path: RemotePath) throws(StorageError) -> Command { try Command("RMD", path) }
    static func renameFrom(_ path: RemotePath) throws(StorageError) -> Command { try Command("RNFR", path) }
    static func renameTo(_ path: RemotePath) throws(StorageError) -> Command { try Command("RNTO", path) }
    static func size(_ path: RemotePath) throws(StorageError) -> Command { try Command("SIZE", path) }
    static func modificationTime(_ path: RemotePath) throws(StorageError) -> Command { try Command("MDTM", path) }
    static func facts(_ path: RemotePath) throws(StorageError) -> Command { try Command("MLST", path) }

    /// Bare: a path argument is a pattern on many servers, and a name that starts with '-' an option.
    static let listFacts = Command("MLSD")
    static let list = Command("LIST")
    /// With the names that start with a dot, and with `.` itself, which proves that the directory was read.
    static let listAll = Command("LIST", known: "-a")
}

extension RemotePath {
    /// The path as a server reads it, from its root; paths in this module are relative to that root.
    var absolute: [UInt8] { [UInt8(ascii: "/")] + bytes }
}
