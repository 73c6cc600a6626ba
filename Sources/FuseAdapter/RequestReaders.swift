import CFuse3
import CLinux
import FileModel
import Glibc
import NIOCore
import Synchronization

/// Who reads a session's requests: two threads, or the event loop where the server's answers come in.
///
/// At any time at least one of them waits for requests. `@unchecked`: what is called through the pointer from several
/// threads (receive, process, exited) is what libfuse's own loop calls from several threads.
final class RequestReaders: @unchecked Sendable {
    /// Fires when nobody reads any more.
    let ended = Signal()
    private let raw: OpaquePointer
    private let descriptor: CInt
    /// A pipe whose end tells the threads to stop.
    private let wakeUp: (read: CInt, write: CInt)
    /// epoll(7) instances, one for each thread, so that a request wakes one of them only.
    private let watches: [CInt]
    private let state: Mutex<State>

    private struct State {
        /// Threads that have not ended, and loop readers.
        var active: Int
        var wanted = RequestFlow.Reader.threads
        var onLoop: LoopReader?
        /// The threads do not wait for requests.
        var areThreadsAtRest = false
        var isEnding = false
    }

    private static let threadCount = 2
    /// Of the largest request: 1 MiB of content (`FUSE_MAX_MAX_PAGES`) and libfuse's page for the header.
    private static let largestRequest = (1 << 20) + 4096

    /// - Throws: `.failed`: too many files are open.
    init(_ raw: OpaquePointer) throws(StorageError) {
        self.raw = raw
        descriptor = fuse_session_fd(raw)
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        let (descriptor, wakeUp) = (descriptor, try Self.makePipe())
        self.wakeUp = wakeUp
        watches = (0..<Self.threadCount).map { _ in remora_watch(descriptor, wakeUp.read) }
        state = Mutex(State(active: watches.count))
        guard watches.allSatisfy({ $0 >= 0 }) else {
            let reason = String(cString: strerror(errno))
            release()
            throw StorageError(.failed, "no epoll instance: \(reason)")
        }
    }

    private static func makePipe() throws(StorageError) -> (read: CInt, write: CInt) {
        var ends: [CInt] = [0, 0]
        guard pipe(&ends) == 0 else { throw StorageError(.failed, "no pipe: \(String(cString: strerror(errno)))") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    func start() {
        for watch in watches { startThread { self.readRequests(watch) } }
    }

    /// Lets all readers end although the kernel is still connected; `fuse_session_exit` comes first.
    func stop() {
        var one: UInt8 = 1
        _ = write(wakeUp.write, &one, 1)
    }

    /// Closes what only the readers used; after `ended`.
    func release() {
        for end in watches + [wakeUp.read, wakeUp.write] where end >= 0 { close(end) }
    }

    // MARK: - Threads

    /// Reads and dispatches requests until the kernel disconnects or `stop` is called.
    private func readRequests(_ watch: CInt) {
        var buffer = fuse_buf()
        while fuse_session_exited(raw) == 0, remora_wait(watch) == 0 {
            let count = fuse_session_receive_buf(raw, &buffer)
            if count == -EAGAIN || count == -EINTR { continue }
            if count <= 0 { break }
            fuse_session_process_buf(raw, &buffer)
        }
        free(buffer.mem)
        let onLoop = state.withLock { state in
            state.isEnding = true
            return state.onLoop
        }
        onLoop?.perform { $0.close() }
        oneEnded()
    }

    private func oneEnded() {
        let isLast = state.withLock { state in
            state.active -= 1
            return state.active == 0
        }
        if isLast { ended.fire() }
    }

    // MARK: - The loop

    /// - Parameter loop: where answers come in; without one the threads read.
    func prefer(_ wanted: RequestFlow.Reader, loop: (any EventLoop)?) {
        let (reader, isNew, old) = state.withLock { state -> (LoopReader?, Bool, LoopReader?) in
            state.wanted = wanted
            let present = state.onLoop
            guard wanted == .loop, let loop, !state.isEnding, present?.loop !== loop else {
                return (present, false, nil)
            }
            let made = LoopReader(on: loop, handle: { [raw] in process(raw, $0) }, ended: { self.ended($0) })
            state.onLoop = made
            state.active += 1
            return (made, true, present)
        }
        old?.perform { $0.close() }
        reader?.perform { [descriptor] reader in
            guard isNew else { return self.follow(reader) }
            reader.open(descriptor, largest: Self.largestRequest) { self.follow($0) }
        }
    }

    /// Does what is wanted now; on the reader's loop.
    private func follow(_ reader: LoopReader) {
        let isWanted = state.withLock { $0.wanted == .loop && !$0.isEnding && $0.onLoop === reader }
        if isWanted, reader.setReading(true) { return setThreadsWatching(false) }
        setThreadsWatching(true)
        reader.setReading(false)
    }

    /// Whether only the loop reads.
    var isOnLoop: Bool { state.withLock { $0.areThreadsAtRest } }

    private func setThreadsWatching(_ isWatching: Bool) {
        state.withLock { $0.areThreadsAtRest = !isWatching }
        for watch in watches { _ = remora_set_watching(watch, descriptor, isWatching ? 1 : 0) }
    }

    /// The kernel has disconnected, or the loop is needed no more.
    private func ended(_ reader: LoopReader) {
        let isCurrent = state.withLock { state in
            guard state.onLoop === reader else { return false }
            state.onLoop = nil
            return true
        }
        if isCurrent { setThreadsWatching(true) }
        oneEnded()
    }
}

private func process(_ session: OpaquePointer, _ request: UnsafeRawBufferPointer) {
    var buffer = fuse_buf()
    buffer.mem = UnsafeMutableRawPointer(mutating: request.baseAddress)
    buffer.size = request.count
    fuse_session_process_buf(session, &buffer)
}
