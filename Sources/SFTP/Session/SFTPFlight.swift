import FileModel
import NIOCore

/// Requests that were sent together, and their answers in the order of the requests. Lives on the event loop.
final class SFTPFlight {
    typealias Answers = [Result<SFTPReply, StorageError>]

    private var answers: [Result<SFTPReply, StorageError>?] = []
    private var missing = 0
    private var requests: [UInt32] = []
    private var isCancelled = false
    private var continuation: CheckedContinuation<Answers, Never>?

    /// Submits all of `requests`.
    func start(_ requests: [SFTPRequest], on handler: SFTPHandler) {
        answers = Array(repeating: nil, count: requests.count)
        if isCancelled { return }
        missing = requests.count
        for (index, request) in requests.enumerated() {
            let id = handler.submit(request) { self.answered(index, $0) }
            if let id { self.requests.append(id) }
        }
    }

    private func answered(_ index: Int, _ answer: Result<SFTPReply, StorageError>) {
        answers[index] = answer
        missing -= 1
        guard missing == 0, let continuation else { return }
        self.continuation = nil
        continuation.resume(returning: present)
    }

    /// Resumes `continuation` when the last request is answered. After `start`, and once.
    func wait(_ continuation: CheckedContinuation<Answers, Never>) {
        guard missing > 0 else { return continuation.resume(returning: present) }
        self.continuation = continuation
    }

    private var present: Answers { answers.map { $0 ?? .failure(.cancelled) } }

    /// Answers with `.cancelled` whatever has not been answered. May come before `start`.
    func cancel(on handler: SFTPHandler) {
        isCancelled = true
        for id in requests { handler.cancel(id) }
    }
}
