import FaultInjection
import RemoteFileSystem
import TestServers
import Testing

/// A server and a remote on it, for all tests of one suite: started before the first, ended after the last.
struct RemoteTrait: SuiteTrait, TestScoping {
    /// The remote of the suite that runs.
    @TaskLocal static var current: (any RemoteFileSystem)?

    let start: @Sendable () async throws -> ServedRemote

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let served = try await start()
        try await Self.$current.withValue(served.remote) { try await function() }
        await served.remote.shutdown()
        try await served.relay?.stop()
        served.server?.stop()
    }
}

/// A remote with the server that it talks to.
struct ServedRemote: Sendable {
    var remote: any RemoteFileSystem
    /// nil: a program that ends with its connection.
    var server: TestServer?
    /// Stands in between.
    var relay: FaultRelay?
    /// Keeps the server's files when there is no server.
    var folder: TemporaryFolder?
}

extension Trait where Self == RemoteTrait {
    static func remote(_ start: @escaping @Sendable () async throws -> ServedRemote) -> RemoteTrait {
        RemoteTrait(start: start)
    }
}
