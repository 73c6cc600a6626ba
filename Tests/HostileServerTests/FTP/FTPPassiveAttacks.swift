import FTP
import FaultInjection
import FileModel
import NIOCore
import NIOPosix
import RemoteFileSystem
import Testing

/// Passive replies that aim us at somebody else (RFC 2577 §3).
@Suite(.timeLimit(.minutes(1)))
struct FTPPassiveAttacks {
    /// A host of 127.0.0.0/8 that is not the server; it counts who comes.
    private final class ThirdHost: Sendable {
        static let address = "127.0.0.9"
        let port: Int
        private let listener: any Channel
        private let visits: Tally

        init() async throws {
            let visits = Tally()
            self.visits = visits
            listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .childChannelInitializer { channel in
                    visits.add()
                    return channel.eventLoop.makeSucceededVoidFuture()
                }
                .bind(host: Self.address, port: 0).get()
            port = listener.localAddress?.port ?? 0
        }

        var count: Int { visits.count }
        func stop() async throws { try await listener.close() }
    }

    private func site(_ reply: String, _ fix: PassiveAddressFix = .automatic) async throws -> HostileFTPSite {
        var hostile = HostileFTP()
        hostile.answer("PASV", reply)
        hostile.deliver("MLSD", "type=file;size=1; a\r\n")
        return try await HostileFTPSite(hostile) { settings in
            settings.data.mode = .passive
            settings.data.addressFix = fix
        }
    }

    @Test func aPublicAddressOfAThirdHostIsRefusedByName() async throws {
        let site = try await site("227 Entering Passive Mode (203,0,113,7,0,22).\r\n")
        let error = await attack(within: .seconds(4)) { _ = try await site.remote.entries(of: .root) }
        #expect(error?.code == .dataConnectionFailed)
        #expect(error?.message.contains("203.0.113.7, which is not the server (127.0.0.1)") == true)
        #expect(error?.message.contains("fix_passive_address") == true)
        try await site.stop()
    }

    /// A private address means NAT: the server itself is asked, at that port.
    @Test(arguments: [PassiveAddressFix.automatic, .always])
    func aPrivateAddressOfAThirdHostIsNotVisited(_ fix: PassiveAddressFix) async throws {
        let third = try await ThirdHost()
        let numbers = ThirdHost.address.replacing(".", with: ",") + ",\(third.port >> 8),\(third.port & 255)"
        let site = try await site("227 Entering Passive Mode (\(numbers)).\r\n", fix)
        let error = await attack(within: .seconds(4)) { _ = try await site.remote.entries(of: .root) }
        #expect(error?.code == .dataConnectionFailed)
        #expect(error?.message.contains("no data connection to 127.0.0.1:\(third.port)") == true)
        #expect(third.count == 0)
        try await site.stop()
        try await third.stop()
    }

    /// RFC 2428 leaves the address out; a server that fills it in is not listened to.
    @Test func anAddressInAnExtendedReplyIsNotVisited() async throws {
        let third = try await ThirdHost()
        var hostile = HostileFTP()
        hostile.answer("EPSV", "229 Entering Extended Passive Mode (|1|\(ThirdHost.address)|\(third.port)|)\r\n")
        hostile.answer("MLSD", "150 here\r\n425 nobody came\r\n")
        let site = try await HostileFTPSite(hostile) { $0.data.mode = .extendedPassive }
        let error = await attack { _ = try await site.remote.entries(of: .root) }
        #expect(error?.code == .dataConnectionFailed)
        #expect(third.count == 0)
        try await site.stop()
        try await third.stop()
    }

    @Test(arguments: [
        "227 Entering Passive Mode (127,0,0,1,0,0).\r\n", "227 Entering Passive Mode (127,0,0,256,1,1).\r\n",
        "227 Entering Passive Mode.\r\n", "227 (1,2,3,4,5,99999999999999999999)\r\n", "200 fine\r\n", "229 (|||0|)\r\n",
    ])
    func aPassiveReplyThatIsNone(_ reply: String) async throws {
        let site = try await site(reply)
        let error = await attack(within: .seconds(4)) { _ = try await site.remote.entries(of: .root) }
        #expect(error?.code == .dataConnectionFailed)
        #expect(error?.message.contains("passive") == true)
        try await site.stop()
    }
}
