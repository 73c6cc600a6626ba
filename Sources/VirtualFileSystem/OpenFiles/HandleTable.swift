import Synchronization

/// The open files and directories by number.
final class HandleTable: Sendable {
    private struct State {
        var last: UInt64 = 0
        var files: [HandleID: FileHandle] = [:]
        var directories: [HandleID: DirectoryHandle] = [:]
    }

    private let state = Mutex(State())

    func makeID() -> HandleID {
        state.withLock { state in
            state.last += 1
            return HandleID(state.last)
        }
    }

    func add(_ file: FileHandle) { state.withLock { $0.files[file.id] = file } }

    func file(_ id: HandleID) -> FileHandle? { state.withLock { $0.files[id] } }

    func removeFile(_ id: HandleID) -> FileHandle? { state.withLock { $0.files.removeValue(forKey: id) } }

    var openFiles: [FileHandle] { state.withLock { Array($0.files.values) } }

    func add(_ directory: DirectoryHandle, as id: HandleID) { state.withLock { $0.directories[id] = directory } }

    func directory(_ id: HandleID) -> DirectoryHandle? { state.withLock { $0.directories[id] } }

    func removeDirectory(_ id: HandleID) { state.withLock { $0.directories[id] = nil } }
}
