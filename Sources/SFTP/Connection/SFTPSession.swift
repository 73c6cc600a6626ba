import FileModel
import NIOCore
import SSH

/// Requests on their way, whose answers somebody will fetch.
struct SentFlight: Sendable {
    fileprivate let loop: any EventLoop
    fileprivate let handler: NIOLoopBound<SFTPHandler>
    fileprivate let flight: NIOLoopBoundBox<SFTPFlight>

    /// An answer for each request, in order. To be called once.
    func answers() async -> SFTPFlight.Answers {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.execute { flight.value.wait(continuation) }
            }
        } onCancel: {
            cancel()
        }
    }

    func cancel() {
        loop.execute { [flight, handler] in flight.value.cancel(on: handler.value) }
    }
}

/// The way from tasks to the session on its event loop.
struct SFTPSession: Sendable {
    let loop: any EventLoop
    let handler: NIOLoopBound<SFTPHandler>

    /// Puts a session at the end of the stream's pipeline.
    ///
    /// - Parameter presumesVersion: see `SFTPHandler`.
    static func attach(
        to stream: SubsystemStream, timeout: Duration, presumesVersion: Bool = false
    ) async throws(StorageError) -> SFTPSession {
        let channel = stream.channel
        do {
            let handler = try await channel.eventLoop.submit {
                let handler = SFTPHandler(
                    peer: stream.peer, failure: stream.failure, timeout: timeout, log: stream.log,
                    presumesVersion: presumesVersion)
                try channel.pipeline.syncOperations.addHandler(handler)
                return NIOLoopBound(handler, eventLoop: channel.eventLoop)
            }.get()
            return SFTPSession(loop: channel.eventLoop, handler: handler)
        } catch {
            let reason = try? await stream.failure.get()
            throw reason ?? StorageError(.connectionLost, "the connection to \(stream.peer) was lost")
        }
    }

    /// Sends INIT and waits for VERSION.
    func greet() async throws(StorageError) -> SFTPVersion {
        let promise = loop.makePromise(of: SFTPVersion.self)
        let handler = handler
        loop.execute { handler.value.greet(promise) }
        do {
            return try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: {
                end(.cancelled)
            }
        } catch {
            throw .wrapping(error)
        }
    }

    /// Sends the requests in one flight.
    ///
    /// - Returns: an answer for each, in order.
    func perform(_ requests: [SFTPRequest]) async -> SFTPFlight.Answers {
        let flight = NIOLoopBoundBox.makeBoxSendingValue(SFTPFlight(), eventLoop: loop)
        let handler = handler
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.execute {
                    flight.value.start(requests, on: handler.value)
                    flight.value.wait(continuation)
                }
            }
        } onCancel: {
            loop.execute { flight.value.cancel(on: handler.value) }
        }
    }

    /// The same without waiting for the answers; whoever does not fetch them cancels.
    func send(_ requests: [SFTPRequest]) -> SentFlight {
        let flight = NIOLoopBoundBox.makeBoxSendingValue(SFTPFlight(), eventLoop: loop)
        let handler = handler
        loop.execute { flight.value.start(requests, on: handler.value) }
        return SentFlight(loop: loop, handler: handler, flight: flight)
    }

    func perform(_ request: SFTPRequest) async throws(StorageError) -> SFTPReply {
        try await perform([request])[0].get()
    }

    /// Sends a request and calls `completion` with the answer, on the loop. Requests leave in the order of the calls.
    func submit(
        _ request: SFTPRequest, _ completion: (@Sendable (Result<SFTPReply, StorageError>) -> Void)? = nil
    ) {
        let handler = handler
        loop.execute { _ = handler.value.submit(request, completion) }
    }

    /// Fails all that is under way and closes the channel.
    func end(_ error: StorageError) {
        let handler = handler
        loop.execute { handler.value.end(error) }
    }
}
