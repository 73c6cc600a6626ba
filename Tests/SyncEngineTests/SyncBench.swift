import FileModel
import Foundation
import NIOCore
import RemoteFileSystem
import SyncCore
import Synchronization
import Testing

@testable import SyncEngine

/// Two trees, a state directory and a clock: everything that a run needs, and nothing outlives the test.
final class SyncBench: Sendable {
    let root: String
    let remote: InMemoryRemote
    private let clock = SharedClock()

    var local: String { root + "/local" }
    var state: String { root + "/state" }

    /// - Parameter clockAhead: seconds by which the server's clock is ahead of ours.
    init(
        _ style: InMemoryRemote.Style = .randomAccess, clockAhead: Int64 = 0,
        _ change: (inout Capabilities) -> Void = { _ in }
    ) async throws {
        root = NSTemporaryDirectory() + "syncbench-\(UUID().uuidString)"
        var capabilities = try await InMemoryRemote(style: style).capabilities()
        change(&capabilities)
        remote = InMemoryRemote(
            style: style, capabilities: capabilities, now: { [clock] in clock.now.advanced(by: .seconds(clockAhead)) })
        for folder in ["/local", "/state"] {
            try FileManager.default.createDirectory(atPath: root + folder, withIntermediateDirectories: true)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    var now: Timestamp { clock.now }

    /// Lets time pass, so that nothing is racy.
    func wait(_ seconds: Int64 = 60) { clock.advance(seconds) }

    // MARK: - Runs

    func options(_ mode: SyncMode, _ change: (inout SyncOptions) -> Void = { _ in }) -> SyncOptions {
        var options = SyncOptions(name: "bench", localRoot: local, mode: mode)
        options.filter.settle = .zero
        options.durability = .none
        options.retries = RetryPolicy(count: 3, delay: .milliseconds(1))
        options.reserve = 0
        change(&options)
        return options
    }

    func session(_ mode: SyncMode, _ change: (inout SyncOptions) -> Void = { _ in }) -> SyncRun {
        SyncRun(
            options(mode, change), remote: remote, remoteIdentity: "memory://test", remoteRoot: "/",
            stateDirectory: state, now: { [clock] in clock.now })
    }

    /// One run, and a minute of rest.
    @discardableResult
    func run(
        _ mode: SyncMode = .twoWay, observer: (any SyncObserver)? = nil,
        _ change: (inout SyncOptions) -> Void = { _ in }
    ) async -> SyncReport {
        let report = await session(mode, change).run(observer: observer)
        wait()
        return report
    }

    // MARK: - The state directory

    func keepState() {
        try? FileManager.default.removeItem(atPath: root + "/kept")
        try? FileManager.default.copyItem(atPath: state, toPath: root + "/kept")
    }

    func restoreState() {
        try? FileManager.default.removeItem(atPath: state)
        try? FileManager.default.moveItem(atPath: root + "/kept", toPath: state)
    }

    // MARK: - The local tree

    func write(_ path: String, _ content: String, at time: Timestamp? = nil) throws {
        let full = local + "/" + path
        try FileManager.default.createDirectory(
            atPath: (full as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        let isNew = !FileManager.default.fileExists(atPath: full)
        if isNew { _ = FileManager.default.createFile(atPath: full, contents: nil) }
        guard let handle = FileHandle(forWritingAtPath: full) else { throw CocoaError(.fileWriteUnknown) }
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: Data(content.utf8))
        try handle.close()
        touch(full, time ?? now)
    }

    private func touch(_ path: String, _ time: Timestamp) {
        let value = timespec(tv_sec: Int(time.seconds), tv_nsec: Int(time.nanoseconds))
        #expect(utimensat(AT_FDCWD, path, [value, value], AT_SYMLINK_NOFOLLOW) == 0)
    }

    func makeLocalFolder(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: local + "/" + path, withIntermediateDirectories: true)
    }

    func delete(_ path: String) throws { try FileManager.default.removeItem(atPath: local + "/" + path) }

    /// Contents by path; folders end in a slash. Without our own files.
    func localTree() throws -> [String: String] {
        try tree(local).filter { !Self.isOwn($0.key) }
    }

    /// With trash and temporary files.
    func wholeLocalTree() throws -> [String: String] { try tree(local) }

    private func tree(_ folder: String) throws -> [String: String] {
        var result: [String: String] = [:]
        guard let walker = FileManager.default.enumerator(atPath: folder) else { return [:] }
        for case let path as String in walker {
            let full = folder + "/" + path
            var status = stat()
            guard lstat(full, &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: result[path + "/"] = ""
            case S_IFLNK: result[path] = "-> " + (try FileManager.default.destinationOfSymbolicLink(atPath: full))
            default: result[path] = String(decoding: try Data(contentsOf: URL(fileURLWithPath: full)), as: UTF8.self)
            }
        }
        return result
    }

    static func isOwn(_ path: String) -> Bool {
        path.hasPrefix(".syncctl-trash")
            || path.split(separator: "/").contains { $0.hasPrefix(".") && $0.hasSuffix(".part") }
    }

    // MARK: - The remote tree

    func writeRemote(_ path: String, _ content: String, at time: Timestamp? = nil) async throws {
        let path = try RemotePath(path)
        for folder in path.ancestors.reversed() where !folder.isRoot {
            try? await remote.createDirectory(folder, permissions: nil)
        }
        let writer = try await remote.openWriter(path, .truncate, permissions: nil, expectedSize: nil)
        try await writer.write(ByteBuffer(string: content), at: 0)
        if let time { try await writer.setAttributes(AttributeChanges(modified: time)) }
        try await writer.close()
    }

    func makeRemoteFolder(_ path: String) async throws {
        try await remote.createDirectory(try RemotePath(path), permissions: nil)
    }

    func deleteRemote(_ path: String) async throws {
        let path = try RemotePath(path)
        if try await remote.attributes(of: path).isDirectory {
            for entry in try await remote.entries(of: path) {
                try await deleteRemote(path.appending(entry.name).string)
            }
            try await remote.removeDirectory(path)
        } else {
            try await remote.removeFile(path)
        }
    }

    func remoteTree() async throws -> [String: String] {
        try await wholeRemoteTree().filter { !Self.isOwn($0.key) }
    }

    func wholeRemoteTree(_ folder: RemotePath = .root) async throws -> [String: String] {
        var result: [String: String] = [:]
        for entry in try await remote.entries(of: folder) {
            let path = folder.appending(entry.name)
            switch entry.attributes.type {
            case .directory:
                result[path.string + "/"] = ""
                result.merge(try await wholeRemoteTree(path)) { $1 }
            case .symbolicLink:
                result[path.string] = "-> " + String(decoding: try await remote.readLink(path), as: UTF8.self)
            default:
                let bytes = try await remote.content(of: path, size: entry.attributes.size)
                result[path.string] = String(decoding: bytes, as: UTF8.self)
            }
        }
        return result
    }

    /// What is in trash on a side: contents by original path.
    func trash(_ tree: [String: String]) -> [String: String] {
        var result: [String: String] = [:]
        for (path, content) in tree where path.hasPrefix(".syncctl-trash/") && !path.hasSuffix("/") {
            result[path.split(separator: "/").dropFirst(2).joined(separator: "/")] = content
        }
        return result
    }
}

/// A clock that only tests move.
final class SharedClock: Sendable {
    private let time = Mutex(Timestamp(seconds: 1_750_000_000))

    var now: Timestamp { time.withLock { $0 } }

    func advance(_ seconds: Int64) { time.withLock { $0 = $0.advanced(by: .seconds(seconds)) } }
}

/// Collects what a run says.
final class EventLog: SyncObserver {
    private let events = Mutex<[SyncEvent]>([])

    func observe(_ event: SyncEvent) { events.withLock { $0.append(event) } }

    var changes: [SyncChange] {
        events.withLock { $0.compactMap { if case .change(let change) = $0 { change } else { nil } } }
    }

    var all: [SyncEvent] { events.withLock { $0 } }
}
