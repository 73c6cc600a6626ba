import FileModel
import NIOCore
import RemoteFileSystem
import Synchronization

@testable import VirtualFileSystem

/// A volume over an in-memory server, with every call to that server on record.
struct VolumeFixture {
    let remote: InMemoryRemote
    let volume: Volume
    let calls: CallLog
    let clock: ManualClock

    init(
        _ style: InMemoryRemote.Style = .randomAccess, capabilities: Capabilities? = nil,
        over remote: InMemoryRemote? = nil, journal: WriteBackJournal? = nil,
        _ configure: (inout VolumeSettings) -> Void = { _ in }
    ) async throws {
        let remote = remote ?? InMemoryRemote(style: style, capabilities: capabilities)
        self.remote = remote
        let calls = CallLog()
        self.calls = calls
        clock = ManualClock()
        var settings = VolumeSettings()
        settings.timeout = .seconds(20)
        settings.spoolDirectory = "/tmp"
        configure(&settings)
        remote.onOperation { operation, path async throws(StorageError) in try await calls.record(operation, path) }
        volume = try await Volume.open(remote, settings: settings, journal: journal, now: { [clock] in clock.now })
        calls.reset()
    }

    func inode(_ path: String) async throws -> InodeNumber {
        var current = InodeNumber.root
        for name in try RemotePath(path).components {
            guard case .found(let entry) = try await volume.lookup(name, in: current) else {
                throw StorageError(.notFound, path)
            }
            current = entry.attributes.inode
        }
        return current
    }

    func create(_ name: String, flags: OpenFlags = [.read, .write]) async throws -> (InodeNumber, HandleID) {
        let (entry, opened) = try await volume.create(
            FileName(name), in: .root, permissions: 0o644, flags: flags)
        return (entry.attributes.inode, opened.handle)
    }

    /// Puts a file on the server behind the volume's back.
    func seed(_ path: String, _ content: [UInt8]) async throws {
        let writer = try await remote.openWriter(
            RemotePath(path), .truncate, permissions: nil, expectedSize: nil)
        try await writer.write(ByteBuffer(bytes: content), at: 0)
        try await writer.close()
        calls.reset()
    }

    /// What the server has.
    func stored(_ path: String) async throws -> [UInt8] {
        let path = try RemotePath(path)
        let size = try await remote.attributes(of: path).size
        let reader = try await remote.openReader(path)
        return Array(try await reader.read(at: 0, count: Int(size)).readableBytesView)
    }

    func write(_ handle: HandleID, _ bytes: [UInt8], at offset: Int64) async throws {
        try await volume.write(handle, ByteBuffer(bytes: bytes), at: offset)
    }

    func read(_ handle: HandleID, at offset: Int64 = 0, count: Int = 1 << 20) async throws -> [UInt8] {
        try await volume.read(handle, at: offset, count: count).flatMap { Array($0.readableBytesView) }
    }

    func close(_ handle: HandleID) async throws {
        try await volume.flush(handle)
        await volume.release(handle)
    }

    /// The names of a directory, read in small answers.
    func names(_ inode: InodeNumber = .root, withAttributes: Bool = true, room: Int = 7) async throws -> [String] {
        let handle = try volume.openDirectory(inode)
        defer { volume.closeDirectory(handle) }
        var names: [String] = []
        var offset: Int64 = 0
        while true {
            var left = room
            let before = names.count
            try await volume.readDirectory(handle, from: offset, withAttributes: withAttributes) { item in
                guard left > 0 else { return false }
                left -= 1
                names.append(item.name.string)
                offset = item.nextOffset
                return true
            }
            if names.count == before { return names }
        }
    }
}

/// The calls a server got, and what it is made to do with them.
final class CallLog: Sendable {
    typealias Fault = @Sendable (InMemoryRemote.Operation, RemotePath) async throws(StorageError) -> Void

    private struct State {
        var counts: [InMemoryRemote.Operation: Int] = [:]
        var fault: Fault?
    }

    private let state = Mutex(State())

    func record(_ operation: InMemoryRemote.Operation, _ path: RemotePath) async throws(StorageError) {
        let fault = state.withLock { state in
            state.counts[operation, default: 0] += 1
            return state.fault
        }
        try await fault?(operation, path)
    }

    func reset() { state.withLock { $0.counts = [:] } }

    subscript(operation: InMemoryRemote.Operation) -> Int { state.withLock { $0.counts[operation] ?? 0 } }

    var total: Int { state.withLock { $0.counts.values.reduce(0, +) } }

    func inject(_ fault: Fault?) { state.withLock { $0.fault = fault } }

    /// Lets one kind of call fail.
    func fail(_ operation: InMemoryRemote.Operation, _ code: StorageError.Code) {
        inject { called, _ async throws(StorageError) in
            if called == operation { throw StorageError(code, "injected") }
        }
    }
}

/// A clock that moves when it is told to.
final class ManualClock: Sendable {
    private let time = Mutex(ContinuousClock.now)

    var now: ContinuousClock.Instant { time.withLock { $0 } }

    func advance(by duration: Duration) { time.withLock { $0 += duration } }
}

/// Bytes that look random and do not repeat at a multiple of any block size.
func pattern(_ count: Int, seed: UInt8 = 1) -> [UInt8] {
    var state = UInt32(seed) &* 2_654_435_761 | 1
    let tile = (0..<4093).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        return UInt8(truncatingIfNeeded: state >> 24)
    }
    var result: [UInt8] = []
    result.reserveCapacity(count)
    while result.count < count { result.append(contentsOf: tile.prefix(count - result.count)) }
    return result
}

let styles: [InMemoryRemote.Style] = [.randomAccess, .stream]
