import FileModel
import RemoteFileSystem
import Testing

@testable import VirtualFileSystem

/// A volume with write-back whose uploads can be held up.
struct WriteBackFixture {
    let base: VolumeFixture
    let journal: Folder
    let rescue: Folder
    let gate: UploadGate

    var volume: Volume { base.volume }
    var pending: WriteBack { base.volume.services.held! }

    init(
        _ style: InMemoryRemote.Style = .randomAccess, journal: Folder? = nil, rescue: Folder? = nil,
        remote: InMemoryRemote? = nil, isOpen: Bool = true, _ configure: (inout VolumeSettings) -> Void = { _ in }
    ) async throws {
        let journal = try journal ?? Folder()
        let rescue = try rescue ?? Folder()
        self.journal = journal
        self.rescue = rescue
        gate = UploadGate(isOpen: isOpen)
        base = try await VolumeFixture(
            style, over: remote, journal: WriteBackJournal(folder: journal.path)
        ) { settings in
            settings.attributeTimeout = .zero
            settings.negativeTimeout = .zero
            settings.rescue = RescueSettings(folder: rescue.path, definition: "prod", remoteFolder: "/srv")
            configure(&settings)
        }
        base.calls.inject { [gate] operation, path async throws(StorageError) in
            try await gate.pass(operation, path)
        }
    }

    /// Creates, writes and closes a file.
    func put(_ path: String, _ bytes: [UInt8], flags: OpenFlags = [.read, .write]) async throws {
        let path = try RemotePath(path)
        let parent = try await base.inode(path.parent!.string)
        let (entry, opened) = try await volume.create(path.name!, in: parent, permissions: 0o640, flags: flags)
        try await base.write(opened.handle, bytes, at: 0)
        try await base.close(opened.handle)
        volume.forget(entry.attributes.inode, 1)
    }

    /// Writes over a file that is there.
    func rewrite(_ path: String, _ bytes: [UInt8], at offset: Int64 = 0, flags: OpenFlags) async throws {
        let opened = try await volume.open(try await base.inode(path), flags: flags)
        try await base.write(opened.handle, bytes, at: offset)
        try await base.close(opened.handle)
    }

    func content(_ path: String) async throws -> [UInt8] {
        let opened = try await volume.open(try await base.inode(path), flags: .read)
        let bytes = try await base.read(opened.handle)
        await volume.release(opened.handle)
        return bytes
    }

    func names(_ folder: String = "") async throws -> [String] {
        try await base.names(try await base.inode(folder)).sorted()
    }

    func stored(_ folder: String = "") async throws -> [String] {
        try await base.remote.entries(of: RemotePath(folder)).map(\.name.string).sorted()
    }

    func settle() async { _ = await pending.drain(patience: .seconds(20)) }

    func folder(_ name: String) async throws {
        _ = try await volume.createDirectory(FileName(name), in: .root, permissions: 0o755)
    }

    func rename(_ source: String, to target: String, mode: RenameMode = .replace) async throws {
        let (source, target) = (try RemotePath(source), try RemotePath(target))
        try await volume.rename(
            source.name!, in: try await base.inode(source.parent!.string), to: target.name!,
            in: try await base.inode(target.parent!.string), mode: mode)
    }

    func unlink(_ path: String) async throws {
        let path = try RemotePath(path)
        try await volume.unlink(path.name!, in: try await base.inode(path.parent!.string))
    }
}

/// Holds up uploads, or lets the server be away.
final class UploadGate: Sendable {
    private struct State {
        var isOpen: Bool
        var opened = Promise<Void>()
        var outage: StorageError?
        var refusal: StorageError?
        var waiting = 0
        var arrived = Promise<Void>()
    }

    private let state: Shared<State>

    init(isOpen: Bool) { state = Shared(State(isOpen: isOpen)) }

    func pass(_ operation: InMemoryRemote.Operation, _ path: RemotePath) async throws(StorageError) {
        if let outage = state.withLock({ $0.outage }) { throw outage }
        guard operation == .openWriter, path.name?.string.hasSuffix(".part") == true else { return }
        if let refusal = state.withLock({ $0.refusal }) { throw refusal }
        let opened = state.withLock { state -> Promise<Void>? in
            state.arrived.fulfil(.success(()))
            return state.isOpen ? nil : state.opened
        }
        try await opened?.value()
    }

    func open() {
        state.withLock { state in
            state.isOpen = true
            state.opened.fulfil(.success(()))
        }
    }

    func close() {
        state.withLock { state in
            state.isOpen = false
            state.opened = Promise()
            state.arrived = Promise()
        }
    }

    /// Returns when an upload has begun.
    func waitForUpload() async throws { try await state.withLock { $0.arrived }.value() }

    func serverIsAway(_ isAway: Bool) {
        state.withLock { $0.outage = isAway ? StorageError(.unreachable, "nobody answers") : nil }
    }

    func refuse(_ code: StorageError.Code) { state.withLock { $0.refusal = StorageError(code, "injected") } }
}
