import FileModel
import NIOCore

/// Bytes of the open channels.
extension SSHHandler {
    /// Moves what there is in both directions.
    func transfer(_ channel: SSHChannel, _ context: ChannelHandlerContext) throws(StorageError) -> Bool {
        // Each call takes in whatever has arrived, so it may make room or work for the others.
        var moved = try outgoing.move(to: channel)
        moved += try sendSiblings()
        sendWire(context, completing: outgoing.takeFinished() + siblings.flatMap { $0.outgoing.takeFinished() })
        while let bytes = try read(channel, context.channel.allocator) {
            moved += bytes.readableBytes
            context.fireChannelRead(wrapInboundOut(bytes))
            guard case .open = phase else { return false }
        }
        moved += try advanceSiblings(channel.session, context.channel.allocator)
        guard case .open = phase else { return false }
        sendWire(context, completing: [])
        if channel.isAtEnd { throw StorageError(.connectionLost, "the server ended the SFTP session") }
        return moved > 0
    }

    /// - Returns: nil when nothing more is there; the buffer is kept for the next time then.
    func read(_ channel: SSHChannel, _ allocator: ByteBufferAllocator) throws(StorageError) -> ByteBuffer? {
        if readBuffer.capacity == 0 { readBuffer = allocator.buffer(capacity: Self.readSize) }
        guard try channel.read(into: &readBuffer) > 0 else { return nil }
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

extension SSHOutgoing {
    /// Hands over what the server's window takes.
    ///
    /// - Returns: bytes taken.
    mutating func move(to channel: SSHChannel) throws(StorageError) -> Int {
        var moved = 0
        while let bytes = first {
            let count = try channel.write(bytes)
            if count == 0 { break }
            moved += count
            wrote(count)
        }
        return moved
    }
}
