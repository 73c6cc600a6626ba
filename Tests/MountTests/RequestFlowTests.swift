import Testing

@testable import FuseAdapter

/// Who reads the kernel's requests.
@Suite struct RequestFlowTests {
    private typealias Request = RequestFlow.Request

    private static let waiting = Request(waits: true, underWay: 1)
    private static let answered = Request(waits: false, underWay: 0)

    /// - Returns: who reads after each request.
    private func readers(of requests: [Request], _ flow: inout RequestFlow) -> [RequestFlow.Reader] {
        var reader = RequestFlow.Reader.threads
        return requests.map { request in
            reader = flow.came(request) ?? reader
            return reader
        }
    }

    private func repeated(_ requests: [Request], _ times: Int) -> [Request] {
        (0..<times).flatMap { _ in requests }
    }

    /// CREATE and FLUSH wait, WRITE and SETATTR do not.
    @Test func aProgramThatWritesFilesIsReadOnTheLoop() {
        var flow = RequestFlow()
        let file = [Self.waiting, Self.answered, Self.answered, Self.waiting]
        let readers = readers(of: repeated(file, 100), &flow)
        #expect(readers.first == .threads)
        #expect(readers.suffix(300).allSatisfy { $0 == .loop })
    }

    /// OPEN waits for what is being read ahead, READ and FLUSH do not.
    @Test func filesThatWereReadAheadAreReadByThreads() {
        var flow = RequestFlow()
        let file = [Self.waiting, Self.answered, Self.answered]
        #expect(readers(of: repeated(file, 100), &flow).allSatisfy { $0 == .threads })
    }

    @Test func oneLargeRequestEndsTheLoopsTurn() {
        var flow = RequestFlow()
        _ = readers(of: repeated([Self.waiting], 40), &flow)
        #expect(flow.came(Request(isLarge: true, waits: true, underWay: 1)) == .threads)
        #expect(readers(of: repeated([Self.waiting], RequestFlow.lonely.enough - 1), &flow).last == .threads)
        #expect(flow.came(Self.waiting) == .loop)
    }

    @Test func requestsSideBySideAreReadByThreads() {
        var flow = RequestFlow()
        _ = readers(of: repeated([Self.waiting], 40), &flow)
        let many = Request(waits: true, underWay: RequestFlow.fewUnderWay + 1)
        let readers = readers(of: repeated([many], 32), &flow)
        #expect(flow.came(many) == nil)
        #expect(readers.contains(.threads))
    }

    /// A program at the border does not make the readers change at every call.
    @Test func whoReadsDoesNotChangeAllTheTime() {
        var flow = RequestFlow()
        let border = [Self.waiting, Self.answered]
        let readers = readers(of: repeated(border, 500), &flow)
        #expect(zip(readers, readers.dropFirst()).count { $0 != $1 } <= 1)
    }
}
