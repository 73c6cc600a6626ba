import FileModel
import Glibc
import NIOCore
import NIOPosix

/// Resolves a name to the addresses of one family only.
final class FamilyResolver: Resolver, Sendable {
    private let family: AddressFamily
    private let loop: any EventLoop

    init(family: AddressFamily, loop: any EventLoop) {
        self.family = family
        self.loop = loop
    }

    func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        family == .ipv6 ? loop.makeSucceededFuture([]) : query(host, port)
    }

    func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        family == .ipv4 ? loop.makeSucceededFuture([]) : query(host, port)
    }

    func cancelQueries() {}

    /// getaddrinfo(3) blocks, so it runs on NIO's thread pool.
    func query(_ host: String, _ port: Int) -> EventLoopFuture<[SocketAddress]> {
        let wanted = family == .ipv4 ? AF_INET : AF_INET6
        return NIOThreadPool.singleton.runIfActive(eventLoop: loop) {
            try Self.addresses(host, port, wanted)
        }
    }

    private static func addresses(_ host: String, _ port: Int, _ wanted: CInt) throws -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_family = wanted
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0 else {
            throw StorageError(.unreachable, "cannot find the address of \(host): check the host name")
        }
        defer { freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var next = list
        while let info = next {
            if let raw = info.pointee.ai_addr {
                if wanted == AF_INET {
                    raw.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { found.append(SocketAddress($0.pointee)) }
                } else {
                    raw.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                        found.append(SocketAddress($0.pointee))
                    }
                }
            }
            next = info.pointee.ai_next
        }
        return found
    }
}
