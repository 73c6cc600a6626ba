import FileModel
import Synchronization

/// A name that a directory handle shows; attributes stay in the inode table.
struct ListedName: Sendable {
    private static let types: [FileType] = [.regular, .directory, .symbolicLink, .special]

    let name: FileName
    /// Number and type in one: handles keep as many of these as a folder has names.
    private let packed: UInt64

    init(name: FileName, number: InodeNumber, type: FileType) {
        self.name = name
        packed = number.value << 2 | UInt64(Self.types.firstIndex(of: type) ?? 0)
    }

    var number: InodeNumber { InodeNumber(packed >> 2) }
    var type: FileType { Self.types[Int(packed & 3)] }
}

/// The names of a directory as they arrive; read by any number of handles while it is still under way.
final class DirectoryListing: Sendable {
    let id: UInt64
    let directory: InodeNumber

    private struct State {
        var names: [ListedName] = []
        var outcome: Result<Void, StorageError>?
        var change = Promise<Void>()
        /// When the server was asked, for the last time (`InodeTable.nextEvent`).
        var began: UInt64
        /// Whether it has told something since.
        var isTelling = false
        var attempts = 1
        /// Somebody reads it, or will.
        var isWanted = true
    }

    private let state: Mutex<State>

    /// How often the server is asked for a folder that is renamed meanwhile.
    static let mostAttempts = 16

    /// - Parameter isWanted: see `InodeTable.planListing`.
    init(id: UInt64, directory: InodeNumber, isWanted: Bool = true) {
        self.id = id
        self.directory = directory
        state = Mutex(State(began: id, isWanted: isWanted))
    }

    /// A listing that is complete from the start.
    init(directory: InodeNumber, names: [ListedName]) {
        id = 0
        self.directory = directory
        state = Mutex(State(names: names, outcome: .success(()), began: 0))
    }

    var began: UInt64 { state.withLock { $0.began } }
    var isTelling: Bool { state.withLock { $0.isTelling } }

    func hasTold() { state.withLock { $0.isTelling = true } }

    /// - Throws: `.busy` after too many attempts.
    func beginAnew(at event: UInt64, _ path: RemotePath) throws(StorageError) {
        let attempts = state.withLock { state in
            state.began = event
            state.isTelling = false
            state.attempts += 1
            return state.attempts
        }
        guard attempts <= Self.mostAttempts else {
            throw StorageError(.busy, "\(path) was renamed again and again while it was listed")
        }
    }

    var isUnderWay: Bool { state.withLock { $0.outcome == nil } }

    func append(_ names: [ListedName]) {
        advance { $0.names.append(contentsOf: names) }
    }

    /// Only the first outcome counts.
    func finish(_ outcome: Result<Void, StorageError>) {
        advance { $0.outcome = $0.outcome ?? outcome }
    }

    /// Takes part in a listing under way.
    ///
    /// - Returns: false when it has failed, or was given up before somebody wanted it.
    func join() -> Bool {
        state.withLock { state in
            if case .failure? = state.outcome { return false }
            state.isWanted = true
            return true
        }
    }

    /// Gives it up when it has grown beyond `limit` names and nobody wants it.
    func isGivenUp(beyond limit: Int) -> Bool {
        state.withLock { state in
            guard !state.isWanted, state.names.count > limit else { return false }
            state.outcome = .failure(.cancelled)
            return true
        }
    }

    private func advance(_ body: (inout State) -> Void) {
        let change = state.withLock { state in
            body(&state)
            defer { state.change = Promise() }
            return state.change
        }
        change.fulfil(.success(()))
    }

    /// Waits until it is over, whatever its outcome.
    func waitForEnd() async {
        while !Task.isCancelled, let change = state.withLock({ $0.outcome == nil ? $0.change : nil }) {
            try? await change.value()
        }
    }

    /// Whether names beyond `index` are there already.
    func hasMore(than index: Int) -> Bool { state.withLock { $0.names.count > index } }

    /// Names from `index` on, at most `limit`; empty only at the end of a listing that came in full.
    ///
    /// - Throws: what ended the listing early. A part of a directory is never shown as the whole of it.
    func names(from index: Int, limit: Int) async throws(StorageError) -> [ListedName] {
        while true {
            let (found, outcome, change) = state.withLock { state in
                let start = min(index, state.names.count)
                let slice = Array(state.names[start..<min(start + limit, state.names.count)])
                return (slice, state.outcome, state.change)
            }
            if case .failure(let error) = outcome { throw error }
            if !found.isEmpty || outcome != nil { return found }
            try await change.value()
        }
    }
}
