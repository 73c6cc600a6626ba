import FileModel
import Testing

@testable import FTP

@Suite struct PassiveTests {
    @Test(arguments: [
        ("Entering Extended Passive Mode (|||6446|)", 6446), ("(!!!1!)", 1), ("ok (|1|10.0.0.1|65535|).", 65535),
    ])
    func extendedPorts(text: String, port: Int) throws {
        #expect(try PassiveReply.extendedPort(Reply(229, text)) == port)
    }

    @Test(arguments: ["", "(", "(|", "(|||", "(|||0|)", "(|||65536|)", "(|||x|)", "(||||)", "(|||-1|)", "|||5|"])
    func noExtendedPort(text: String) {
        #expect(throws: StorageError.self) { try PassiveReply.extendedPort(Reply(229, text)) }
    }

    @Test(arguments: [
        ("Entering Passive Mode (127,0,0,1,4,210)", "127.0.0.1", 1234), ("=10,1,2,3,255,255", "10.1.2.3", 65535),
        ("Entering Passive Mode 1,2,3,4,0,21.", "1.2.3.4", 21), ("mode 2 (1,2,3,4,5,6)", "1.2.3.4", 1286),
    ])
    func addresses(text: String, address: String, port: Int) throws {
        let found = try PassiveReply.addressAndPort(Reply(227, text))
        #expect(found.address == address && found.port == port)
    }

    @Test(arguments: [
        "", "(1,2,3,4,5)", "(1,2,3,4,5,6,7)", "(256,0,0,1,4,210)", "(127,0,0,1,0,0)",
        "(1,2,3,4,999999999999999999999,1)",
    ])
    func noAddress(text: String) {
        #expect(throws: StorageError.self) { try PassiveReply.addressAndPort(Reply(227, text)) }
    }

    @Test func theAddressOfAThirdHostIsRefused() throws {
        let peer = "203.0.113.5"
        #expect(try PassiveAddress.resolve(peer, peer: peer, fix: .automatic) == peer)
        for hidden in [
            "10.0.0.1", "192.168.1.1", "172.16.0.9", "172.31.0.9", "127.0.0.1", "0.0.0.0", "100.64.0.1", "169.254.1.1",
        ] {
            #expect(try PassiveAddress.resolve(hidden, peer: peer, fix: .automatic) == peer, "\(hidden)")
        }
        let error = #expect(throws: StorageError.self) {
            try PassiveAddress.resolve("198.51.100.7", peer: peer, fix: .automatic)
        }
        #expect(error?.code == .dataConnectionFailed)
        #expect(error?.message.contains("fix_passive_address") == true)
        #expect(try PassiveAddress.resolve("198.51.100.7", peer: peer, fix: .always) == peer)
        #expect(try PassiveAddress.resolve("198.51.100.7", peer: peer, fix: .never) == "198.51.100.7")
        #expect(PassiveAddress.isPublic("172.32.0.1") && PassiveAddress.isPublic("8.8.8.8"))
    }
}
