import Glibc

/// TCP ports of 127.0.0.1 that nobody uses, below those the kernel gives to outgoing connections.
enum FreePorts {
    private static let choice = 20_000..<32_000

    static func one() -> Int { range(1).lowerBound }

    /// `count` neighbouring ports.
    static func range(_ count: Int) -> ClosedRange<Int> {
        while true {
            let first = Int.random(in: choice.lowerBound...(choice.upperBound - count))
            let ports = first...(first + count - 1)
            if ports.allSatisfy(isFree) { return ports }
        }
    }

    private static func isFree(_ port: Int) -> Bool {
        let socket = LoopbackSocket()
        return socket.bind(port)
    }
}

/// A TCP socket of 127.0.0.1, closed with the value.
struct LoopbackSocket: ~Copyable {
    private let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)

    deinit { close(descriptor) }

    func bind(_ port: Int) -> Bool { withAddress(port) { Glibc.bind(descriptor, $0, $1) == 0 } }

    func connect(_ port: Int) -> Bool { withAddress(port) { Glibc.connect(descriptor, $0, $1) == 0 } }

    private func withAddress(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Bool) -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, size) }
        }
    }
}
