import FileModel
import NIOCore
import Synchronization

/// Further channels of one connection, shared by all that write big files on it.
///
/// They are opened when the first of those asks and closed a while after the last has gone.
final class SFTPSiblings: Sendable {
    typealias Opening = Task<SFTPConnection?, Never>

    /// sshd bears ten channels on a connection unless told otherwise.
    static let most = 7
    /// How long they stay for the next big file.
    private static let linger = TimeAmount.seconds(5)

    private struct State {
        var openings: [Opening] = []
        /// As many as the server was seen to bear.
        var bearable = most
        var users = 0
        /// Counts the times that nobody used them any more.
        var pauses = 0
    }

    private let state = Mutex(State())

    /// Asks for all of them; each is waited for by itself. They stay until the returned use ends.
    func use(of connection: SFTPConnection) -> (openings: [Opening], use: SFTPSiblingUse) {
        let openings = state.withLock { state in
            state.users += 1
            while state.openings.count < state.bearable {
                state.openings.append(Task { [weak connection, weak self] in await self?.open(connection) })
            }
            return state.openings
        }
        return (openings, SFTPSiblingUse(self, connection.session.loop))
    }

    private func open(_ connection: SFTPConnection?) async -> SFTPConnection? {
        do throws(StorageError) {
            return try await connection?.openSibling()
        } catch {
            // Who refuses one refuses those behind it.
            state.withLock { $0.bearable = max(0, $0.bearable - 1) }
            return nil
        }
    }

    fileprivate func ended(_ loop: any EventLoop) {
        let pause = state.withLock { state in
            state.users -= 1
            state.pauses += 1
            return state.users == 0 ? state.pauses : nil
        }
        guard let pause else { return }
        loop.scheduleTask(in: Self.linger) { [weak self] in self?.closeUnused(since: pause) }
    }

    private func closeUnused(since pause: Int) {
        let isUnused = state.withLock { $0.users == 0 && $0.pauses == pause }
        if isUnused { close() }
    }

    /// Closes all of them, in the background.
    func close() {
        let openings = state.withLock { state in
            defer { state.openings = [] }
            return state.openings
        }
        for opening in openings { Task { await opening.value?.close() } }
    }
}

/// Keeps siblings open as long as it lives.
final class SFTPSiblingUse: Sendable {
    private let siblings: SFTPSiblings
    private let loop: any EventLoop

    fileprivate init(_ siblings: SFTPSiblings, _ loop: any EventLoop) {
        self.siblings = siblings
        self.loop = loop
    }

    deinit { siblings.ended(loop) }
}
