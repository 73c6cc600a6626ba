import FaultInjection
import FileModel
import RemoteFileSystem
import TestServers
import Testing

@Suite(.serialized, .timeLimit(.minutes(2))) struct RefusedLoginTests {
    /// A mount asks for attributes all day long; a wrong password must not lock the account.
    @Test(arguments: PoolServer.allCases)
    func aThousandStatsWithAWrongPasswordAreOneLogin(_ kind: PoolServer) async throws {
        let site = try PoolSite(try await kind.start(), password: "not the password")
        let codes = await withTaskGroup(of: StorageError.Code?.self) { group in
            for number in 0..<1_000 {
                group.addTask {
                    do throws(StorageError) {
                        _ = try await site.remote.attributes(of: try RemotePath("file \(number)"))
                        return nil
                    } catch {
                        return error.code
                    }
                }
            }
            return await group.reduce(into: [StorageError.Code?: Int]()) { $0[$1, default: 0] += 1 }
        }
        #expect(codes == [.loginFailed: 1_000])
        #expect(await eventually { site.logins == 1 }, "\(site.logins) logins")
        #expect(site.snapshot().isStopped)
        await site.remote.shutdown()
        #expect(site.logins == 1)
    }

    /// A server that is down is asked now and then, and everybody else learns at once that it is.
    @Test func whileTheServerIsDownErrorsComeAtOnce() async throws {
        let server = try await TestServer.openSSH()
        let relay = try await FaultRelay(to: server.port)
        relay.limitConnections(to: 0)
        let site = try PoolSite(server, host: relay.host)
        let start = ContinuousClock.now
        var slowest = Duration.zero
        while ContinuousClock.now - start < .seconds(4) {
            let before = ContinuousClock.now
            await #expect(throws: StorageError.self) { _ = try await site.remote.attributes(of: .root) }
            slowest = max(slowest, ContinuousClock.now - before)
        }
        #expect(
            relay.connections().refused < 8, "\(relay.connections().refused) attempts in four seconds")
        #expect(slowest < .seconds(3), "an error took \(slowest)")
        relay.limitConnections(to: nil)
        let isBack = await eventually(within: .seconds(20)) {
            (try? await site.remote.attributes(of: .root)) != nil
        }
        #expect(isBack)
        await site.remote.shutdown()
        try await relay.stop()
    }
}
