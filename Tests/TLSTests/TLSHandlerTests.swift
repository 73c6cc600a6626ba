import FileModel
import NIOCore
import NIOEmbedded
import TestServers
import Testing

@testable import TLS

/// A client and a server channel in memory, each with a `TLSHandler`.
private struct ChannelPair {
    let client = EmbeddedChannel()
    let server = EmbeddedChannel()
    let clientHandshake: EventLoopFuture<Void>

    init(_ contexts: (client: TLSContext, server: TLSContext)) throws {
        let sessions = try SessionPair(contexts.client, contexts.server)
        let promise = client.eventLoop.makePromise(of: Void.self)
        clientHandshake = promise.futureResult
        try client.pipeline.syncOperations.addHandlers(
            TLSHandler(sessions.client, handshake: promise), EventRecorder())
        try server.pipeline.syncOperations.addHandlers(
            TLSHandler(sessions.server, handshake: server.eventLoop.makePromise()), EventRecorder())
        client.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
        server.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
    }

    static func contexts(_ kind: CertificateKind = .valid) async throws -> (client: TLSContext, server: TLSContext) {
        (try TLSContext(try await SessionPair.trusting()), try await SessionPair.server(kind))
    }

    /// Carries bytes both ways until none is left.
    func run() throws {
        var moved = true
        while moved {
            moved = false
            client.embeddedEventLoop.run()
            server.embeddedEventLoop.run()
            while let bytes = try client.readOutbound(as: ByteBuffer.self) {
                moved = true
                try server.writeInbound(bytes)
            }
            while let bytes = try server.readOutbound(as: ByteBuffer.self) {
                moved = true
                _ = try? client.writeInbound(bytes)
            }
        }
    }

    func events(of channel: EmbeddedChannel) throws -> [TLSInputClosed] {
        try channel.pipeline.syncOperations.handler(type: EventRecorder.self).events
    }
}

private final class EventRecorder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    var events: [TLSInputClosed] = []

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSInputClosed { events.append(event) }
        context.fireUserInboundEventTriggered(event)
    }
}

@Suite struct TLSHandlerTests {
    @Test func writesBeforeTheHandshakeArriveAfterIt() async throws {
        let contexts = try await ChannelPair.contexts()
        try synchronously {
            let pair = try ChannelPair(contexts)
            let written = pair.client.writeAndFlush(ByteBuffer(string: "USER x\r\n"))
            try pair.run()
            try pair.clientHandshake.wait()
            try written.wait()
            #expect(try pair.server.readInbound(as: ByteBuffer.self) == ByteBuffer(string: "USER x\r\n"))
        }
    }

    @Test func closeNotifyGoesBeforeTheEndAndIsTold() async throws {
        let contexts = try await ChannelPair.contexts()
        try synchronously {
            let pair = try ChannelPair(contexts)
            try pair.run()
            pair.client.writeAndFlush(ByteBuffer(string: "last"), promise: nil)
            pair.client.close(mode: .all, promise: nil)
            try pair.run()
            #expect(try pair.server.readInbound(as: ByteBuffer.self) == ByteBuffer(string: "last"))
            #expect(try pair.events(of: pair.server) == [TLSInputClosed(isOrderly: true)])
        }
    }

    @Test func anEndWithoutCloseNotifyIsToldApart() async throws {
        let contexts = try await ChannelPair.contexts()
        try synchronously {
            let pair = try ChannelPair(contexts)
            try pair.run()
            pair.client.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
            #expect(try pair.events(of: pair.client) == [TLSInputClosed(isOrderly: false)])
        }
    }

    /// CCC: both sides say close_notify, and the connection lives on in clear.
    @Test(arguments: [true, false])
    func tlsEndsAndTheConnectionLivesOn(serverEndsFirst: Bool) async throws {
        let contexts = try await ChannelPair.contexts()
        try synchronously {
            let pair = try ChannelPair(contexts)
            try pair.run()
            let ended = [pair.client, pair.server].map { $0.eventLoop.makePromise(of: Void.self) }
            let order = [(pair.client, ended[0]), (pair.server, ended[1])]
            for (channel, promise) in serverEndsFirst ? order.reversed() : order {
                channel.triggerUserOutboundEvent(TLSEnd(), promise: promise)
            }
            try pair.run()
            for promise in ended { try promise.futureResult.wait() }
            pair.client.writeAndFlush(ByteBuffer(string: "NOOP\r\n"), promise: nil)
            #expect(try pair.client.readOutbound(as: ByteBuffer.self) == ByteBuffer(string: "NOOP\r\n"))
            try pair.client.writeInbound(ByteBuffer(string: "200 fine\r\n"))
            #expect(try pair.client.readInbound(as: ByteBuffer.self) == ByteBuffer(string: "200 fine\r\n"))
            #expect(throws: (any Error).self) {
                try pair.client.pipeline.syncOperations.handler(type: TLSHandler.self)
            }
        }
    }

    /// What comes in clear behind the close_notify would be read as an answer to the next command.
    @Test(arguments: ["200 injected\r\n", "x"])
    func bytesBehindTheEndOfTLSAreAViolation(injected: String) async throws {
        let contexts = try await ChannelPair.contexts()
        try synchronously {
            let pair = try ChannelPair(contexts)
            try pair.run()
            let ended = pair.client.eventLoop.makePromise(of: Void.self)
            pair.server.triggerUserOutboundEvent(TLSEnd(), promise: nil)
            var last = try #require(try pair.server.readOutbound(as: ByteBuffer.self))
            last.writeString(injected)
            pair.client.triggerUserOutboundEvent(TLSEnd(), promise: ended)
            #expect(throws: (any Error).self) { try pair.client.writeInbound(last) }
            #expect(storageError { try ended.futureResult.wait() }?.code == .protocolViolation)
            #expect(try pair.client.readInbound(as: ByteBuffer.self) == nil)
            #expect(!pair.client.isActive)
        }
    }

    @Test func aPeerThatGoesOnWithoutCloseNotifyIsAViolation() async throws {
        let contexts = try await ChannelPair.contexts()
        try synchronously {
            let pair = try ChannelPair(contexts)
            try pair.run()
            let ended = pair.client.eventLoop.makePromise(of: Void.self)
            pair.client.triggerUserOutboundEvent(TLSEnd(), promise: ended)
            #expect(throws: (any Error).self) { try pair.client.writeInbound(ByteBuffer(string: "200 fine\r\n")) }
            #expect(storageError { try ended.futureResult.wait() }?.code == .protocolViolation)
        }
    }

    @Test func aRefusedCertificateFailsTheHandshakeAndSendsNothingMore() async throws {
        let contexts = try await ChannelPair.contexts(.expired)
        try synchronously {
            let pair = try ChannelPair(contexts)
            let waiting = pair.client.writeAndFlush(ByteBuffer(string: "PASS secret\r\n"))
            do { try pair.run() } catch {}
            #expect(storageError { try pair.clientHandshake.wait() }?.message.contains("it has expired") == true)
            #expect(throws: (any Error).self) { try waiting.wait() }
            #expect(try pair.server.readInbound(as: ByteBuffer.self) == nil)
            #expect(!pair.client.isActive)
        }
    }
}

/// `EmbeddedChannel` belongs to one thread, and its futures are waited for.
private func synchronously(_ body: () throws -> Void) throws { try body() }
