import FileModel
import NIOCore

/// Bytes of the open channel.
extension SSHHandler {
    /// Moves what there is in both directions.
    func transfer(_ session: SSHSession, _ context: ChannelHandlerContext) throws(StorageError) -> Bool {
        var moved = 0
        // Both calls take in whatever has arrived, so each may make room or work for the other.
        while let bytes = outgoing.first {
            let count = try session.write(bytes)
            if count == 0 { break }
            moved += count
            outgoing.wrote(count)
        }
        sendWire(context, completing: outgoing.takeFinished())
        while let bytes = try read(session, context) {
            moved += bytes.readableBytes
            context.fireChannelRead(wrapInboundOut(bytes))
            guard case .open = phase else { return false }
        }
        sendWire(context, completing: [])
        if session.isAtEnd { throw StorageError(.connectionLost, "the server ended the SFTP session") }
        return moved > 0
    }

    /// - Returns: nil when nothing more is there; the buffer is kept for the next time then.
    private func read(_ session: SSHSession, _ context: ChannelHandlerContext) throws(StorageError) -> ByteBuffer? {
        if readBuffer.capacity == 0 { readBuffer = context.channel.allocator.buffer(capacity: Self.readSize) }
        guard try session.read(into: &readBuffer) > 0 else { return nil }
        defer { readBuffer = ByteBuffer() }
        return readBuffer
    }

    /// Sends what libssh2 has written.
    func sendWire(_ context: ChannelHandlerContext, completing promises: [EventLoopPromise<Void>]) {
        guard let bytes = wire.takeOutbound() else { return promises.forEach { $0.succeed() } }
        let promise = promises.isEmpty ? nil : context.eventLoop.makePromise(of: Void.self)
        if let promise {
            for other in promises { promise.futureResult.cascade(to: other) }
        }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: promise)
    }
}
