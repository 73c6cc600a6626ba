import CFuse3
import FileModel
import Glibc

/// A request of the kernel that is owed exactly one answer.
///
/// Answering consumes it; one that is dropped unanswered answers EIO, so that no caller waits for ever.
struct FuseRequest: ~Copyable {
    private let raw: fuse_req_t
    /// Retained for libfuse's interrupt function until the answer.
    private let call: Unmanaged<InterruptibleCall>

    /// Takes over a request; from here on an interrupt cancels the task that `call` gets.
    init(_ pending: PendingRequest) {
        raw = pending.raw
        call = pending.call
    }

    deinit {
        disarm()
        fuse_reply_err(raw, EIO)
    }

    /// Sends the answer.
    ///
    /// - Returns: false when the kernel does not wait for it any more.
    consuming func answer(_ send: (fuse_req_t) -> CInt) -> Bool {
        disarm()
        let result = send(raw)
        discard self
        return result != -ENOENT
    }

    /// Success without a result.
    consuming func succeed() { _ = answer { fuse_reply_err($0, 0) } }

    consuming func fail(_ code: CInt) { _ = answer { fuse_reply_err($0, code) } }

    /// After this no interrupt reaches the call: libfuse runs the function under the lock that setting it takes.
    private func disarm() {
        fuse_req_interrupt_func(raw, nil, nil)
        call.release()
    }
}

/// A request on its way from libfuse's thread to the task that answers it.
///
/// `@unchecked`: libfuse's replies are thread-safe (fuse_lowlevel.h), the pointer stays valid until the one answer, and
/// only `FuseRequest.init` takes it out.
struct PendingRequest: @unchecked Sendable {
    fileprivate let raw: fuse_req_t
    fileprivate let call: Unmanaged<InterruptibleCall>

    /// Lets an interrupt of the caller reach `call`.
    init(_ raw: fuse_req_t, _ call: InterruptibleCall) {
        self.raw = raw
        self.call = Unmanaged.passRetained(call)
        fuse_req_interrupt_func(
            raw,
            { _, data in
                guard let data else { return }
                Unmanaged<InterruptibleCall>.fromOpaque(data).takeUnretainedValue().interrupt()
            }, self.call.toOpaque())
    }
}
