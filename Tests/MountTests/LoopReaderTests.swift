import FileModel
import Glibc
import NIOCore
import RemoteFileSystem
import TestServers
import Testing
import Transport
import VirtualFileSystem

@testable import FuseAdapter

/// A mount whose requests are read on the event loop of the server's answers.
@Suite(.timeLimit(.minutes(2)), .serialized)
struct LoopReaderTests {
    private struct Mount: Sendable {
        let folder: TestFolder
        let remote: InMemoryRemote
        let mounted: MountedVolume

        var isOnLoop: Bool { mounted.session.dispatcher.readers.withLock { $0?.isOnLoop } ?? false }

        func callAsFunction(_ name: String) -> String { "\(folder.path)/\(name)" }

        /// Does one thing after another until the loop reads.
        func settleOnLoop() async throws {
            for number in 0..<100 where !isOnLoop {
                try await blocking { try Files.store(self("small\(number)"), pattern(1000)) }
            }
            #expect(isOnLoop)
        }
    }

    /// Each call of the server takes a moment, so that the kernel's requests wait for it.
    private func mount() async throws -> Mount {
        let loop = EventLoops.next()
        let remote = InMemoryRemote(executor: LoopTaskExecutor(loop), loop: loop)
        remote.onOperation { _, _ async throws(StorageError) in try? await Task.sleep(for: .milliseconds(1)) }
        let folder = try TestFolder()
        var settings = VolumeSettings()
        settings.timeout = .seconds(20)
        settings.spoolDirectory = "/tmp"
        let volume = try await Volume.open(remote, settings: settings)
        let mounted = try await MountedVolume.mount(volume, MountOptions(mountpoint: folder.path))
        return Mount(folder: folder, remote: remote, mounted: mounted)
    }

    private func withMount(_ body: (Mount) async throws -> Void) async throws {
        let mount = try await mount()
        let watchdog = Watchdog(after: 60) { mount.mounted.abort() }
        defer { watchdog.stop() }
        do {
            try await mount.settleOnLoop()
            try await body(mount)
        } catch {
            await mount.mounted.unmount()
            throw error
        }
        await mount.mounted.unmount()
    }

    /// Small calls, a large one, small ones again: each time the other side takes over, and every byte is right.
    @Test func theReadersTakeTurns() async throws {
        try await withMount { mount in
            for round in 0..<3 {
                let large = pattern(600_000 + round)
                try await blocking {
                    try Files.store(mount("large"), large)
                    let read = try Files.content(mount("large"))
                    #expect(read == large)
                }
                #expect(!mount.isOnLoop)
                try await mount.settleOnLoop()
                let small = try await blocking { try Files.content(mount("small0")) }
                #expect(small == pattern(1000))
            }
        }
    }

    @Test func callsSideBySideAreServedToo() async throws {
        try await withMount { mount in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for reader in 0..<8 {
                    group.addTask {
                        try await blocking {
                            for number in 0..<50 {
                                let content = pattern(500 + number)
                                try Files.store(mount("r\(reader)-\(number)"), content)
                                let read = try Files.content(mount("r\(reader)-\(number)"))
                                #expect(read == content)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func fusermountEndsIt() async throws {
        let mount = try await mount()
        try await mount.settleOnLoop()
        let result = try await blocking { try runShell("fusermount3 -u \(mount.folder.path)") }
        #expect(result.status == 0)
        #expect(await mount.mounted.waitUntilUnmounted().isEmpty)
    }

    /// A mount that is in use is taken off the tree and ends.
    @Test func itEndsWhileAFileIsOpen() async throws {
        let mount = try await mount()
        try await mount.settleOnLoop()
        let descriptor = try await blocking { try Files.open(mount("small0"), O_RDONLY) }
        #expect(await mount.mounted.unmount().isEmpty)
        _ = try await blocking { close(descriptor) }
    }

    @Test func anAbortEndsIt() async throws {
        let mount = try await mount()
        try await mount.settleOnLoop()
        mount.mounted.abort()
        #expect(await mount.mounted.waitUntilUnmounted().isEmpty)
    }

    /// An interrupt reaches a call whose request the loop has read.
    @Test func anInterruptEndsAStuckCallAtOnce() async throws {
        try await withMount { mount in
            mount.remote.onOperation { operation, path async throws(StorageError) in
                guard operation == .attributes, path.string == "stuck" else { return }
                try? await Task.sleep(for: .seconds(15))
            }
            #expect(mount.isOnLoop)
            let start = ContinuousClock.now
            let result = try await blocking { try runShell("timeout -s INT 0.3 stat \(mount("stuck"))") }
            #expect(result.status == 124)
            #expect(ContinuousClock.now - start < .seconds(10))
            mount.remote.onOperation(nil)
        }
    }
}
