import FileModel
import Testing

@testable import SFTP

@Suite struct WriteWindowTests {
    private var window = WriteWindow(bytes: 100, requests: 3)

    /// Tries to reserve each size in turn.
    private mutating func reserve(_ sizes: Int...) -> [Bool] { sizes.map { window.reserve($0) } }

    @Test mutating func takesWhatFits() {
        let first = reserve(60, 40, 1)
        #expect(first == [true, true, false])
        window.answered(60, nil)
        let second = reserve(1, 60)
        #expect(second == [true, false])
    }

    @Test mutating func countsRequestsToo() {
        let taken = reserve(1, 1, 1, 1)
        #expect(taken == [true, true, true, false])
    }

    @Test mutating func anEmptyWindowTakesAnySize() {
        let taken = reserve(1000, 1)
        #expect(taken == [true, false])
        window.answered(1000, nil)
        #expect(window.isEmpty)
    }

    @Test mutating func remembersTheFirstFailure() {
        _ = reserve(1, 1)
        window.answered(1, StorageError(.noSpace, "first"))
        window.answered(1, StorageError(.failed, "second"))
        #expect(window.failure?.code == .noSpace && window.isEmpty)
    }

    @Test mutating func closesOnce() {
        let closed = [window.close(), window.close()]
        #expect(closed == [true, false] && window.isClosed)
    }
}
