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
        let (finished, again) = (outgoing.takeFinished(), outgoing.takeFinished())
        #expect(finished.count == 1 && again.isEmpty)
        let rest = outgoing.takeAll()
        #expect(rest.count == 1 && outgoing.first == nil)
        for promise in finished + rest { promise.succeed() }
    }
}
