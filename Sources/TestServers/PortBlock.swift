import Glibc

/// Neighbouring TCP ports of the loopback interface that belong to one server, as long as this object lives.
///
/// They lie below those that the kernel gives to outgoing connections, and come in hundreds. A hundred is taken by
/// binding its first port on 127.0.0.9, which holds across processes and ends with the process; ports are not yet open
/// when they are handed out, so looking for closed ones would not tell two servers apart.
final class PortBlock: Sendable {
    private static let size = 100
    private static let hundreds = 100..<320

    let ports: Range<Int>
    private let tokens: [PortToken]

    /// - Parameter count: how many ports are needed, at most 1000.
    init(count: Int = size) {
        precondition(count <= 10 * Self.size)
        let blocks = (count + Self.size - 1) / Self.size
        while true {
            let first = Int.random(in: Self.hundreds.lowerBound..<Self.hundreds.upperBound - blocks + 1)
            let ports = first * Self.size..<(first + blocks) * Self.size
            let tokens = (first..<first + blocks).compactMap { PortToken($0 * Self.size) }
            if tokens.count == blocks, ports.allSatisfy(FreePorts.isFree) {
                self.ports = ports
                self.tokens = tokens
                return
            }
        }
    }
}

/// The proof that a hundred ports are ours, as long as it lives.
private final class PortToken: Sendable {
    private let socket = LoopbackSocket()

    /// - Returns: nil when they are somebody else's.
    init?(_ first: Int) {
        guard socket.bind(first, address: 0x7F00_0009) else { return nil }
    }
}

/// Single ports for other programs of tests, apart from the blocks.
enum FreePorts {
    static func one() -> Int {
        while true {
            let port = Int.random(in: 9_000..<10_000)
            if isFree(port) { return port }
        }
    }

    static func isFree(_ port: Int) -> Bool {
        let socket = LoopbackSocket()
        return socket.bind(port)
    }
}

/// A TCP socket of the loopback interface, closed with the value.
struct LoopbackSocket: ~Copyable, Sendable {
    private let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    private static let localhost: UInt32 = 0x7F00_0001

    deinit { close(descriptor) }

    func bind(_ port: Int, address: UInt32 = localhost) -> Bool {
        Self.withAddress(address, port) { Glibc.bind(descriptor, $0, $1) == 0 }
    }

    func connect(_ port: Int) -> Bool {
        Self.withAddress(Self.localhost, port) { Glibc.connect(descriptor, $0, $1) == 0 }
    }

    private static func withAddress(
        _ host: UInt32, _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Bool
    ) -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = host.bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, size) }
        }
    }
}
