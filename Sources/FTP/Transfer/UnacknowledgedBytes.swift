import Glibc
import NIOCore

/// Whether the kernel still has bytes that the other end has not acknowledged (tcp(7), TCP_INFO).
enum UnacknowledgedBytes {
    /// How long ago the other end last acknowledged something; nil when nothing is on its way.
    static func sinceLastSign(of channel: any Channel) -> EventLoopFuture<Duration?> {
        guard let socket = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededFuture(nil)
        }
        let information: EventLoopFuture<tcp_info> = socket.unsafeGetSocketOption(
            level: .tcp, name: NIOBSDSocket.Option(rawValue: CInt(TCP_INFO)))
        return information.map { $0.tcpi_unacked > 0 ? .milliseconds(Int64($0.tcpi_last_ack_recv)) : nil }
    }
}
