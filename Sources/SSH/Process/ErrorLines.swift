import FileModel
import NIOCore

/// Keeps the last lines that a program wrote to its standard errors. Lives on one event loop.
final class ErrorLines: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private static let maximumBytes = 4096
    private var bytes: [UInt8] = []

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes += unwrapInboundIn(data).readableBytesView
        if bytes.count > Self.maximumBytes { bytes.removeFirst(bytes.count - Self.maximumBytes) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// The lines, safe to print, without empty ones.
    var lines: [String] {
        bytes.split { $0 == 10 || $0 == 13 }.map { printable($0) }.filter { !$0.allSatisfy(\.isWhitespace) }
    }
}
