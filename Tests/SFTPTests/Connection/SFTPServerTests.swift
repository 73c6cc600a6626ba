import FileModel
import NIOCore
import SFTP
import Testing

/// The client against OpenSSH's own server program.
@Suite(.timeLimit(.minutes(2))) struct SFTPServerTests {
    private let server: LocalServer
    private let connection: SFTPConnection

    init() async throws {
        server = try LocalServer()
        connection = try await server.connect()
    }

    private func failure(_ body: () async throws -> Void) async -> StorageError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? StorageError)?.code
        }
    }

    private func create(_ name: String, _ content: String = "") async throws {
        let handle = try await connection.open(server.path(name), [.write, .create, .truncate])
        try await connection.write(handle, ByteBuffer(string: content), at: 0)
        try await connection.close(handle)
    }

    private func content(_ name: String) async throws -> String {
        let handle = try await connection.open(server.path(name), .read)
        defer { connection.closeLater(handle) }
        return String(buffer: try await connection.read(handle, at: 0, count: 1_000_000))
    }

    @Test func tellsWhatTheServerOffers() async throws {
        for name in [
            SFTPExtension.posixRename, .statvfs, .fstatvfs, .hardlink, .fsync, .lsetstat, .limits, .expandPath,
            .copyData,
        ] {
            #expect(connection.offers(name), "\(name)")
        }
        #expect(connection.limits.readLength == 261_120)
        #expect(connection.limits.writeLength == 261_120)
        await connection.close()
    }

    @Test func writesAndReadsBlocksOfAllSizes() async throws {
        var bytes = ByteBuffer()
        for index in 0..<(3 << 20) / 4 { bytes.writeInteger(UInt32(index)) }
        let handle = try await connection.open(server.path("f"), [.read, .write, .create])
        try await connection.write(handle, bytes, at: 0)
        #expect(try await connection.fstat(handle).size == UInt64(bytes.readableBytes))
        for (offset, count) in [(0, bytes.readableBytes), (1, 261_120), (261_119, 2), (1_000_001, 999_999)] {
            let read = try await connection.read(handle, at: Int64(offset), count: count)
            #expect(read == bytes.getSlice(at: offset, length: count))
        }
        let tail = try await connection.read(handle, at: Int64(bytes.readableBytes - 10), count: 1 << 20)
        #expect(tail.readableBytes == 10)
        #expect(try await connection.read(handle, at: 1 << 30, count: 100).readableBytes == 0)
        try await connection.close(handle)
        await connection.close()
    }

    @Test func listsManyNames() async throws {
        let names = (0..<1234).map { "name \($0)" }
        for name in names { try await create(name) }
        let seen = Names()
        try await connection.list(server.path("")) { await seen.add($0) }
        let found = await seen.all
        #expect(Set(found) == Set(names + [".", ".."]))
        #expect(found.count == names.count + 2)
        await connection.close()
    }

    @Test func renamesReplacesAndLinks() async throws {
        try await create("a", "A")
        try await create("b", "B")
        #expect(await failure { try await connection.rename(server.path("a"), to: server.path("b")) } == .failed)
        try await connection.posixRename(server.path("a"), to: server.path("b"))
        #expect(try await content("b") == "A")
        try await connection.hardlink(server.path("c"), to: server.path("b"))
        #expect(try await content("c") == "A")
        try await connection.symlink(server.path("l"), target: SFTPPath("b"))
        #expect(try await connection.readlink(server.path("l")) == SFTPPath("b"))
        #expect(try await connection.lstat(server.path("l")).type == .symbolicLink)
        #expect(try await connection.stat(server.path("l")).type == .regular)
        try await connection.lsetstat(server.path("l"), SFTPAttributes(times: .init(accessed: 5, modified: 7)))
        #expect(try await connection.lstat(server.path("l")).times?.modified == 7)
        #expect(try await connection.stat(server.path("l")).times?.modified != 7)
        await connection.close()
    }

    @Test func namesWhatWentWrong() async throws {
        try await create("file")
        try await connection.mkdir(server.path("folder"))
        try await create("folder/x")
        #expect(await failure { _ = try await connection.lstat(server.path("none")) } == .notFound)
        #expect(await failure { _ = try await connection.open(server.path("none"), .read) } == .notFound)
        #expect(await failure { try await connection.mkdir(server.path("file")) } == .failed)
        #expect(await failure { try await connection.rmdir(server.path("folder")) } == .failed)
        #expect(await failure { _ = try await connection.readlink(server.path("file")) } == .invalidArgument)
        let long = String(repeating: "x", count: 300)
        #expect(await failure { try await connection.mkdir(server.path(long)) } == .invalidArgument)
        await connection.close()
        #expect(await failure { _ = try await connection.lstat(server.path("file")) } == .cancelled)
    }

    @Test func readOnlyServersSayPermissionDenied() async throws {
        let readOnly = try await server.connect("-R")
        #expect(await failure { try await readOnly.mkdir(server.path("x")) } == .permissionDenied)
        await readOnly.close()
        await connection.close()
    }

    @Test func pipelinedWriterDeliversEverythingAndItsAttributes() async throws {
        let path = server.path("w")
        let writer = SFTPWriter(connection, try await connection.open(path, [.write, .create]), path: path)
        let block = ByteBuffer(repeating: 0x61, count: 400_000)
        for index in 0..<100 { try await writer.write(block, at: Int64(index * 400_000)) }
        try await writer.synchronize()
        try await writer.close(SFTPAttributes(times: .init(accessed: 100, modified: 200)))
        let attributes = try await connection.lstat(path)
        #expect(attributes.size == 40_000_000)
        #expect(attributes.times?.modified == 200)
        await #expect(throws: StorageError.self) { try await writer.write(block, at: 0) }
        await connection.close()
    }

    @Test func writerTellsTheFirstRefusal() async throws {
        try await create("r")
        let path = server.path("r")
        let writer = SFTPWriter(connection, try await connection.open(path, .read), path: path)
        let refusal = await failure {
            for index in 0..<1000 {
                try await writer.write(ByteBuffer(repeating: 0, count: 1000), at: Int64(index * 1000))
            }
            try await writer.drain()
        }
        #expect(refusal != nil)
        #expect(await failure { try await writer.close() } == refusal)
        await connection.close()
    }

    @Test func tellsFreeSpace() async throws {
        let space = try await connection.statvfs(server.path(""))
        #expect(space.totalBlocks > 0 && space.blockSize > 0 && space.maximumNameLength >= 255)
        await connection.close()
    }

    @Test func onCloseFiresOnceTheServerIsGone() async throws {
        let (ended, continuation) = AsyncStream<StorageError?>.makeStream()
        connection.onClose { continuation.yield($0) }
        await connection.close()
        var iterator = ended.makeAsyncIterator()
        #expect(await iterator.next() == .some(nil))
    }
}

private actor Names {
    var all: [String] = []
    func add(_ names: [SFTPName]) { all += names.map { String(decoding: $0.bytes, as: UTF8.self) } }
}
