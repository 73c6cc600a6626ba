import ConnectionPool
import FaultInjection
import FileModel
import NIOCore
import NIOPosix
import Remotes
import SFTP
import SSH
import Transport

/// A request as it came: the type's number (draft-ietf-secsh-filexfer-02 §3), the id, the rest.
struct SFTPCall: Sendable {
    let type: Kind
    let id: UInt32
    let body: [UInt8]

    enum Kind: UInt8, Sendable {
        case initialize = 1, open = 3, close, read, write, lstat, fstat, setstat, fsetstat, opendir, readdir, remove,
            mkdir
        case rmdir, realpath, stat, rename, readlink, symlink
        case extended = 200
    }
}

/// An SFTP server that behaves until the request of a test comes.
struct HostileSFTP: Sendable {
    typealias Act = @Sendable (_ call: SFTPCall, _ peer: ScriptedSession) async throws -> Void

    var acts: [SFTPCall.Kind: Act] = [:]
    var version = Packet(2, id: 3)

    /// Answers every request of a kind with the same packet, under the request's id.
    mutating func answer(_ kind: SFTPCall.Kind, _ packet: @escaping @Sendable (UInt32) -> Packet) {
        acts[kind] = { call, peer in try await peer.send(packet(call.id).bytes) }
    }

    @Sendable func serve(_ peer: ScriptedSession) async throws {
        while true {
            let call = try await Self.next(peer)
            if let act = acts[call.type] {
                try await act(call, peer)
            } else {
                try await peer.send(plainAnswer(call).bytes)
            }
        }
    }

    private static func next(_ peer: ScriptedSession) async throws -> SFTPCall {
        let head = try await peer.bytes(9)
        let length = head[..<4].reduce(0) { $0 << 8 | Int($1) }
        let id = head[5...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let body = length > 5 ? try await peer.bytes(length - 5) : []
        guard let type = SFTPCall.Kind(rawValue: head[4]) else { throw UnknownRequest(type: head[4]) }
        return SFTPCall(type: type, id: id, body: body)
    }

    private func plainAnswer(_ call: SFTPCall) -> Packet {
        switch call.type {
        case .initialize: version
        case .realpath: .names(call.id, ["/"])
        case .opendir, .open: .handle(call.id, Array("h".utf8))
        case .readdir, .read: .status(call.id, 1)
        case .lstat, .stat, .fstat: .file(call.id, size: 100)
        case .close, .write, .setstat, .fsetstat, .remove: .status(call.id, 0)
        default: .status(call.id, 8)
        }
    }
}

struct UnknownRequest: Error { let type: UInt8 }

/// A packet under construction; its length is right unless a test says otherwise.
struct Packet: Sendable {
    private var body: [UInt8]

    init(_ type: UInt8, id: UInt32) { body = [type] + Self.number(id) }

    var bytes: [UInt8] { Self.number(UInt32(body.count)) + body }

    mutating func add(_ number: UInt32) { body += Self.number(number) }
    mutating func add(_ number: UInt64) {
        body += Self.number(UInt32(number >> 32)) + Self.number(UInt32(truncatingIfNeeded: number))
    }
    mutating func add(raw bytes: [UInt8]) { body += bytes }
    mutating func add(_ text: [UInt8]) { body += Self.number(UInt32(text.count)) + text }

    static func number(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * $0)) }
    }

    static func status(_ id: UInt32, _ code: UInt32, _ message: String = "") -> Packet {
        var packet = Packet(101, id: id)
        packet.add(code)
        packet.add(Array(message.utf8))
        packet.add([UInt8]())
        return packet
    }

    static func handle(_ id: UInt32, _ handle: [UInt8]) -> Packet {
        var packet = Packet(102, id: id)
        packet.add(handle)
        return packet
    }

    static func data(_ id: UInt32, _ bytes: [UInt8]) -> Packet {
        var packet = Packet(103, id: id)
        packet.add(bytes)
        return packet
    }

    static func file(_ id: UInt32, size: UInt64, mode: UInt32 = 0o100644) -> Packet {
        var packet = Packet(105, id: id)
        packet.addAttributes(size: size, mode: mode)
        return packet
    }

    /// - Parameter mode: a regular file of one byte; 0o040755 is a folder, 0o120777 a link.
    static func names(_ id: UInt32, _ names: [String], mode: UInt32 = 0o100644, size: UInt64 = 1) -> Packet {
        var packet = Packet(104, id: id)
        packet.add(UInt32(names.count))
        for name in names {
            packet.add(Array(name.utf8))
            packet.add([UInt8]())
            packet.addAttributes(size: size, mode: mode)
        }
        return packet
    }

    private mutating func addAttributes(size: UInt64, mode: UInt32) {
        add(UInt32(0x0D))
        add(size)
        add(mode)
        add(UInt32(1_700_000_000))
        add(UInt32(1_700_000_000))
    }
}

/// A remote on a hostile SFTP server.
struct HostileSFTPSite: Sendable {
    let server: ScriptedServer
    let remote: SFTPRemote

    init(_ hostile: HostileSFTP) async throws { try await self.init(hostile.serve) }

    init(_ script: @escaping ScriptedServer.Script) async throws {
        let server = try await ScriptedServer(script)
        self.server = server
        var pool = PoolConfiguration(name: "hostile", maximumConnections: 2)
        pool.leaseTimeout = .seconds(10)
        let port = server.port
        remote = SFTPRemote(identity: "sftp://hostile", root: .absolute(.root), pool: pool) { () throws(StorageError) in
            let stream = try await Self.stream(port)
            return try await SFTPConnection.connect(over: stream, timeout: .seconds(1), listingLimit: 4 << 20)
        }
    }

    private static func stream(_ port: Int) async throws(StorageError) -> SubsystemStream {
        let channel = try await Dialer().connect(to: Endpoint(host: "127.0.0.1", port: port), on: EventLoops.next()) {
            $0.eventLoop.makeSucceededVoidFuture()
        }
        return SubsystemStream(channel: channel, peer: "hostile")
    }

    func stop() async throws {
        await remote.shutdown()
        try await server.stop()
    }
}
