import Glibc

/// What every server is set up with before its own configuration: a folder, an account, ports.
struct ServerSite {
    let kind: ServerKind
    let folder: TemporaryFolder
    let sandbox: Sandbox?
    let account: TestAccount
    let port: Int
    /// For FTP data connections.
    let passivePorts: ClosedRange<Int>

    init(_ kind: ServerKind, passivePorts count: Int = 100) async throws {
        if let reason = await kind.missing() { throw ServerFailure(description: reason) }
        self.kind = kind
        folder = try TemporaryFolder()
        sandbox = await Sandbox.isPermitted() ? Sandbox(folder: folder) : nil
        account = TestAccount(home: folder("root"), isPrivate: sandbox != nil)
        port = FreePorts.one()
        passivePorts = FreePorts.range(count)
        try LocalFiles.makeDirectory(root, owner: account.uid)
        try await sandbox?.prepare(account)
    }

    /// The folder that the login sees.
    var root: String { folder("root") }
    var program: String { kind.program ?? kind.rawValue }
    var logFile: String { folder("log") }

    func command(_ arguments: [String]) -> [String] { sandbox?.wrap(arguments) ?? arguments }
}
