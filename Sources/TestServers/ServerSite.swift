import Glibc

/// What every server is set up with before its own configuration: a folder, an account, ports.
struct ServerSite {
    let kind: ServerKind
    let folder: TemporaryFolder
    let sandbox: Sandbox?
    let account: TestAccount
    private let passiveCount: Int
    private let timezone: String?
    private let block: PortBlock

    /// - Parameters:
    ///   - passivePorts: how many ports FTP data connections may have, at most 999.
    ///   - timezone: the server's TZ; nil is that of the machine.
    ///   - home: where a login lands; by default the folder that it works in.
    init(_ kind: ServerKind, passivePorts: Int = 90, home: String = "root", timezone: String? = nil) async throws {
        if let reason = await kind.missing() { throw ServerFailure(description: reason) }
        self.kind = kind
        folder = try TemporaryFolder()
        sandbox = await Sandbox.isPermitted() ? Sandbox(folder: folder) : nil
        account = TestAccount(home: folder(home), isPrivate: sandbox != nil)
        passiveCount = passivePorts
        self.timezone = timezone
        block = PortBlock(count: 1 + passivePorts)
        try LocalFiles.makeDirectory(root, owner: account.uid)
        try await sandbox?.prepare(account)
    }

    var port: Int { block.ports.lowerBound }
    /// For FTP data connections.
    var passivePorts: ClosedRange<Int> { port + 1...port + passiveCount }

    /// The folder that the login sees.
    var root: String { folder("root") }
    var program: String { kind.program ?? kind.rawValue }
    var logFile: String { folder("log") }

    func command(_ arguments: [String]) -> [String] {
        let arguments = (timezone.map { ["env", "TZ=\($0)"] } ?? []) + arguments
        return sandbox?.wrap(arguments) ?? arguments
    }
}
