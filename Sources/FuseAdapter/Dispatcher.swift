import CFuse3
import FileModel
import Glibc
import Logging
import Synchronization
import VirtualFileSystem

/// Turns requests into tasks on the volume and their results into answers: what libfuse's callbacks get as user data.
final class Dispatcher: Sendable {
    let volume: Volume
    let logger: Logger
    /// Fires when the kernel has agreed on the protocol.
    let initialised = Signal()
    let outstanding = OutstandingRequests()
    /// Of the mounted session.
    let readers = Mutex<RequestReaders?>(nil)
    private let flow = Mutex(RequestFlow())

    init(_ volume: Volume, _ logger: Logger) {
        self.volume = volume
        self.logger = logger
    }

    /// The dispatcher that a request belongs to.
    static func of(_ request: fuse_req_t?) -> Dispatcher {
        guard let data = fuse_req_userdata(request) else { preconditionFailure("a request without user data") }
        return Unmanaged<Dispatcher>.fromOpaque(data).takeUnretainedValue()
    }

    /// Works on a request in a task of its own and answers it.
    ///
    /// The task begins on libfuse's thread, which answers what needs no server. It goes on where the server's answers
    /// come in, so that it need not wait for a thread once more.
    /// - Parameters:
    ///   - operation: for the log.
    ///   - bytes: of content that the request is about; many are not copied where the server's answers come in.
    ///   - reply: answers with the result; a failure is answered here.
    func serve<Value: Sendable>(
        _ raw: fuse_req_t?, _ operation: String, _ inode: fuse_ino_t, bytes: Int = 0,
        _ body: @escaping @Sendable (Volume) async throws(StorageError) -> Value,
        reply: @escaping @Sendable (consuming FuseRequest, Volume, Value) async -> Void
    ) {
        guard let raw else { return }
        let call = InterruptibleCall()
        let start = ContinuousClock.now
        let pending = PendingRequest(raw, call)
        let id = outstanding.begin(call)
        let executor = bytes > Self.fewBytes ? nil : volume.executor
        call.attach(
            Task.immediateDetached(executorPreference: executor) { [self] in
                let isFailure = await work(FuseRequest(pending), operation, inode, body, reply)
                volume.metrics.called(operation, took: ContinuousClock.now - start, failed: isFailure)
                outstanding.end(id)
            })
        // Nobody waits for the end of a file.
        if operation != "release" { chooseReader(after: id, isLarge: executor == nil) }
    }

    private func chooseReader(after id: UInt64, isLarge: Bool) {
        let underWay = outstanding.count(with: id)
        let request = RequestFlow.Request(isLarge: isLarge, waits: underWay > 0, underWay: underWay)
        guard let next = flow.withLock({ $0.came(request) }) else { return }
        readers.withLock { $0 }?.prefer(next, loop: volume.loop)
    }

    private static let fewBytes = 64 << 10

    /// - Returns: whether it failed in a way that programs do not meet in the normal course of things.
    private func work<Value: Sendable>(
        _ request: consuming FuseRequest, _ operation: String, _ inode: fuse_ino_t,
        _ body: @Sendable (Volume) async throws(StorageError) -> Value,
        _ reply: @Sendable (consuming FuseRequest, Volume, Value) async -> Void
    ) async -> Bool {
        let result: Value
        do throws(StorageError) {
            result = try await body(volume)
        } catch {
            note(error, operation, inode)
            request.fail(error.systemError)
            return !error.isRoutine
        }
        await reply(request, volume, result)
        return false
    }

    /// Counts a call that was answered from a cache on libfuse's own thread.
    func noteCached(_ operation: String, _ cache: VolumeMetrics.Cache, since start: ContinuousClock.Instant) {
        volume.metrics.looked(in: cache, hit: true)
        volume.metrics.called(operation, took: ContinuousClock.now - start, failed: false)
    }

    /// One line that tells operation, path, cause and the server's words.
    func note(_ error: StorageError, _ operation: String, _ inode: fuse_ino_t) {
        let level = error.isRoutine ? Logger.Level.debug : .warning
        logger.log(level: level, "\(operation) \(volume.describe(InodeNumber(inode))): \(error)")
    }

    /// Reads a name argument, or answers that it is wrong.
    func name(_ text: UnsafePointer<CChar>?, _ raw: fuse_req_t?) -> FileName? {
        do throws(StorageError) {
            let name = try fileName(text)
            guard name.bytes.count <= volume.capabilities.maximumNameLength else {
                fuse_reply_err(raw, ENAMETOOLONG)
                return nil
            }
            return name
        } catch {
            fuse_reply_err(raw, error.systemError)
            return nil
        }
    }
}
