import FTP
import FileModel
import Glibc
import Synchronization
import TLS
import Transport

/// A server on 127.0.0.1 that does to one client what its script says, line by line.
///
/// The script runs on a thread of its own with blocking sockets; each wait in it has an end.
final class ScriptedServer: Sendable {
    let port: Int
    private let listener: CInt
    private let state = Mutex<(connections: Int, problem: String?)>((0, nil))

    /// - Parameter script: called for each connection, in order; the connection is closed when it returns.
    init(connections: Int = 1, _ script: @escaping @Sendable (Peer) throws -> Void) throws {
        (listener, port) = try listenOnLoopback()
        let listener = listener
        runOnThread { [self] in
            for _ in 0..<connections {
                guard let peer = Peer(accepting: listener) else { break }
                peer.number = state.withLock { state in
                    state.connections += 1
                    return state.connections
                }
                do {
                    try script(peer)
                } catch {
                    state.withLock { $0.problem = $0.problem ?? "\(error)" }
                }
                peer.close()
            }
            Glibc.close(listener)
        }
    }

    /// What the client did against the script.
    var problem: String? { state.withLock { $0.problem } }

    func settings() -> FTPSettings {
        var settings = FTPSettings(
            endpoint: Endpoint(host: "127.0.0.1", port: port),
            credentials: FTPCredentials(user: "u", password: Secret("p")), security: .none)
        settings.timeouts = FTPTimeouts(command: .seconds(2), connect: .seconds(2), verdict: .seconds(2))
        return settings
    }
}

struct ScriptProblem: Error, CustomStringConvertible {
    let description: String
}

/// The client, as the script sees it.
final class Peer {
    private let descriptor: CInt
    var pending: [UInt8] = []
    /// The first connection is 1.
    var number = 0
    /// Set while the line is encrypted.
    var tls: TLSSession?

    init?(accepting listener: CInt) {
        guard wait(for: listener, seconds: 20) else { return nil }
        descriptor = accept(listener, nil, nil)
        if descriptor < 0 { return nil }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Sends lines, each with its CR LF.
    func say(_ lines: String...) {
        let bytes = Array(lines.map { $0 + "\r\n" }.joined().utf8)
        if tls == nil { send(bytes) } else { sendEncrypted(bytes) }
    }

    /// Sends bytes as they are, whatever the protection.
    func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// The next line of the client; nil when it hung up.
    func line() -> String? {
        while true {
            if let end = pending.firstIndex(of: 10) {
                let line = pending[..<end].filter { $0 != 13 }
                pending.removeFirst(end + 1)
                return String(decoding: line, as: UTF8.self)
            }
            guard let more = receive() else { return nil }
            pending += more
        }
    }

    /// What came next, decrypted under TLS; nil at the end.
    private func receive() -> [UInt8]? {
        guard let bytes = receiveRaw() else { return nil }
        return tls == nil ? bytes : decrypted(bytes)
    }

    /// What came next on the wire; nil at the end.
    func receiveRaw() -> [UInt8]? {
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        return count > 0 ? Array(chunk[..<count]) : nil
    }

    func expect(_ line: String) throws {
        let found = self.line()
        guard found == line else { throw ScriptProblem(description: "'\(found ?? "(end)")' instead of '\(line)'") }
    }

    /// Sees that nothing more comes for a moment, in which a client that sends ahead would have.
    func expectSilence() throws {
        guard pending.isEmpty, !isReadable(descriptor, milliseconds: 60) else {
            throw ScriptProblem(description: "'\(line() ?? "(end)")' came too early")
        }
    }

    /// Greets and takes the login; `features` are the lines of FEAT.
    func logIn(features: [String] = ["MLST type*;size*;modify*;", "MDTM", "SIZE", "REST STREAM"]) throws {
        say("220 scripted")
        try takeLogin(features: features)
    }

    /// The login without the greeting; under TLS with PBSZ and PROT.
    func takeLogin(features: [String] = ["MLST type*;size*;modify*;", "MDTM", "SIZE", "REST STREAM"]) throws {
        try expect("USER u")
        say("331 password")
        try expect("PASS p")
        say("230 in")
        if tls != nil {
            try expect("PBSZ 0")
            try expect("PROT P")
            say("200 PBSZ", "200 PROT")
        }
        try expect("FEAT")
        try expect("TYPE I")
        try expect("PWD")
        say("211-Features:")
        for feature in features { say(" " + feature) }
        say("211 End", "200 I", "257 \"/\"")
    }

    /// Answers EPSV and listens for the data connection.
    func openPassive() throws -> DataListener {
        try expect("EPSV")
        let data = try DataListener()
        say("229 (|||\(data.port)|)")
        return data
    }

    /// Takes PORT and answers it.
    ///
    /// - Returns: the port where the client waits.
    func takePort() throws -> Int {
        let words = (line() ?? "").split(separator: " ")
        guard words.count == 2, words[0] == "PORT" else { throw ScriptProblem(description: "\(words) is no PORT") }
        let numbers = words[1].split(separator: ",").compactMap { Int($0) }
        guard numbers.count == 6, numbers.prefix(4) == [127, 0, 0, 1] else {
            throw ScriptProblem(description: "PORT \(words[1])")
        }
        say("200 fine")
        return numbers[4] * 256 + numbers[5]
    }

    /// Connects to a client that waits on 127.0.0.1.
    ///
    /// - Parameter host: the last number of our own address, 127.0.0.x.
    init(connectingTo port: Int, from host: UInt32 = 1) throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        func withAddress(_ last: UInt32, _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt) -> CInt {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = (0x7F00_0000 + last).bigEndian
            return withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        guard withAddress(host, 0, { bind(descriptor, $0, $1) }) == 0,
            withAddress(1, port, { connect(descriptor, $0, $1) }) == 0
        else { throw ScriptProblem(description: "cannot connect to port \(port): \(String(cString: strerror(errno)))") }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    /// All bytes up to the client's end.
    func readAll() -> [UInt8] {
        var bytes = pending
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = recv(descriptor, &chunk, chunk.count, 0), count > 0 { bytes += chunk[..<count] }
        return bytes
    }

    func waitForEnd() { _ = readAll() }

    func close() { Glibc.close(descriptor) }

    /// Closes with a reset instead of an end.
    func reset() {
        var hard = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &hard, socklen_t(MemoryLayout<linger>.size))
        close()
    }
}

final class DataListener {
    let port: Int
    private let listener: CInt

    init() throws { (listener, port) = try listenOnLoopback() }

    deinit { close(listener) }

    func accept() throws -> Peer {
        guard let peer = Peer(accepting: listener) else { throw ScriptProblem(description: "no data connection") }
        return peer
    }
}

/// Scripts block, so they stay off the thread pools.
private func runOnThread(_ body: @escaping @Sendable () -> Void) {
    final class Box {
        let body: @Sendable () -> Void; init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    pthread_create(
        &thread, nil,
        { raw in
            guard let raw else { return nil }
            Unmanaged<Box>.fromOpaque(raw).takeRetainedValue().body()
            return nil
        }, Unmanaged.passRetained(Box(body)).toOpaque())
    pthread_detach(thread)
}

private func wait(for descriptor: CInt, seconds: CInt) -> Bool {
    isReadable(descriptor, milliseconds: seconds * 1000)
}

private func isReadable(_ descriptor: CInt, milliseconds: CInt) -> Bool {
    var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return Glibc.poll(&poll, 1, milliseconds) == 1
}

private func listenOnLoopback() throws -> (descriptor: CInt, port: Int) {
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
            bind(descriptor, raw, size) == 0 && listen(descriptor, 8) == 0 && getsockname(descriptor, raw, &size) == 0
        }
    }
    guard isListening else { throw ScriptProblem(description: "cannot listen") }
    return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
}
