import NIOCore
import NIOPosix
import Testing

@testable import SSH

@Suite struct SSHOutgoingTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    @Test func promisesAreKeptWhenTheLastByteIsTaken() throws {
        var outgoing = SSHOutgoing()
        let promises = [loop.makePromise(of: Void.self), loop.makePromise(of: Void.self)]
        for promise in promises { outgoing.append(ByteBuffer(repeating: 1, count: 10), promise) }
        outgoing.wrote(4)
        #expect(outgoing.first?.readableBytes == 6)
        outgoing.wrote(6)
        let finished = outgoing.takeFinished()
        #expect(finished.count == 1)
        finished.forEach { $0.succeed() }
        #expect(outgoing.takeFinished().isEmpty)
        outgoing.fail(ChannelError.ioOnClosedChannel)
        #expect(outgoing.first == nil)
    }
}
