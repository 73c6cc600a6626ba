import FileModel
import NIOCore
import NIOPosix

/// A session and its login on their way to another thread and back.
///
/// `@unchecked`: neither is thread-safe, and one thread has them at a time. The handler gives its only reference away
/// (its phase is `.loggingIn(nil)`, in which it touches neither the session nor the wire) and takes it back on its
/// event loop when the thread is done; both hand-overs go through locked queues.
struct SSHLoan: @unchecked Sendable {
    let session: SSHSession
    let login: SSHLogin
}

/// Threads for what blocks.
enum SSHThreads {
    /// For logins: an agent that asks its user may keep a thread for long, so they are not NIO's own.
    private static let logins: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 4)
        pool.start()
        return pool
    }()

    static func logIn(_ loan: SSHLoan, on loop: any EventLoop) -> EventLoopFuture<Bool> {
        logins.runIfActive(eventLoop: loop) { try loan.login.advance(loan.session) }
    }

    /// For files.
    static func run(
        on loop: any EventLoop, _ body: @escaping @Sendable () throws -> Void
    ) -> EventLoopFuture<Void> {
        NIOThreadPool.singleton.runIfActive(eventLoop: loop, body)
    }

    static func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws(StorageError) -> Value {
        do {
            return try await NIOThreadPool.singleton.runIfActive(body)
        } catch {
            throw .wrapping(error)
        }
    }
}
