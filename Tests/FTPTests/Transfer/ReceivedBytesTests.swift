import NIOCore
import Testing

@testable import FTP

@Suite struct ReceivedBytesTests {
    private let piece = ByteBuffer(repeating: 7, count: ReceivedBytes.window / 4)

    @Test func aFullWindowIsReadOnFromOnlyWhenHalfOfItIsTaken() {
        let received = ReceivedBytes()
        while received.hasRoomOrPauses() { received.append(piece) }
        #expect(received.isPaused)
        #expect(received.takeFirst()?.canGoOn == false, "a wake for each piece is what this spares")
        #expect(received.isPaused, "a reader that stops here is no silent server")
        #expect(received.takeFirst()?.canGoOn == true)
        #expect(!received.isPaused)
        #expect(received.takeFirst()?.canGoOn == false, "told once")
    }

    @Test func whoNeverPausedNeedNotBeToldToGoOn() {
        let received = ReceivedBytes()
        received.append(piece)
        #expect(received.hasRoomOrPauses())
        #expect(received.takeFirst()?.canGoOn == false)
        #expect(received.takeFirst() == nil)
    }

    @Test func aTransferBrokenOffKeepsNothing() {
        let received = ReceivedBytes()
        while received.hasRoomOrPauses() { received.append(piece) }
        received.removeAll()
        #expect(received.takeFirst() == nil && !received.isPaused && received.hasRoomOrPauses())
    }
}
