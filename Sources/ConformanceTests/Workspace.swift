import FileModel
import NIOCore
import RemoteFileSystem
import Testing

/// The folder that one check works in, and the words it is written with.
struct Workspace: Sendable {
    let remote: any RemoteFileSystem
    let folder: RemotePath
    let capabilities: Capabilities

    /// A path below the folder.
    func path(_ text: String) throws -> RemotePath { folder.appending(try RemotePath(text)) }

    func path(_ name: FileName) -> RemotePath { folder.appending(name) }

    func write(
        _ bytes: [UInt8], to path: RemotePath, _ disposition: WriteDisposition = .truncate
    ) async throws(StorageError) {
        let start: Int64 = if case .resume(let offset) = disposition { offset } else { 0 }
        let writer = try await remote.openWriter(
            path, disposition, permissions: nil, expectedSize: Int64(bytes.count))
        do throws(StorageError) {
            try await writer.write(ByteBuffer(bytes: bytes), at: start)
        } catch {
            await writer.abort()
            throw error
        }
        try await writer.close()
    }

    func write(_ text: String, to path: RemotePath) async throws(StorageError) {
        try await write(Array(text.utf8), to: path)
    }

    /// The whole file, in pieces of `step` bytes, up to the first empty answer.
    func read(_ path: RemotePath, from start: Int64 = 0, step: Int = 256 * 1024) async throws -> [UInt8] {
        let reader = try await remote.openReader(path)
        do {
            var bytes: [UInt8] = []
            while true {
                let piece = try await reader.read(at: start + Int64(bytes.count), count: step)
                if piece.readableBytes == 0 { break }
                bytes += piece.readableBytesView
            }
            await reader.close()
            return bytes
        } catch {
            await reader.close()
            throw error
        }
    }

    func text(_ path: RemotePath) async throws -> String { String(decoding: try await read(path), as: UTF8.self) }

    func attributes(of path: RemotePath) async throws -> FileAttributes { try await remote.attributes(of: path) }

    func entries(of path: RemotePath) async throws -> [DirectoryEntry] { try await remote.entries(of: path) }

    func readLink(_ path: RemotePath) async throws -> [UInt8] { try await remote.readLink(path) }

    /// Makes a directory, unless the server refuses its name (ProFTPD takes no `*` in a new directory's name).
    func holdsFolder(_ path: RemotePath) async throws -> Bool {
        try await holds(path) { () throws(StorageError) in
            try await remote.createDirectory(path, permissions: nil)
        }
    }

    /// Writes a file that holds its own name, unless the server refuses the name (Pure-FTPd changes trailing spaces,
    /// backslashes and tabs).
    func holdsFile(_ name: FileName) async throws -> Bool {
        try await holds(path(name)) { () throws(StorageError) in
            try await write(name.bytes, to: path(name))
        }
    }

    private func holds(_ path: RemotePath, _ make: () async throws(StorageError) -> Void) async throws -> Bool {
        do throws(StorageError) {
            try await make()
            return true
        } catch {
            let isRefusal = error.code == .invalidName || error.serverReply != nil && !error.isSessionFault
            guard capabilities.family == .ftp, isRefusal else { throw error }
            return false
        }
    }

    /// Names in a directory, sorted by their bytes.
    func names(in path: RemotePath) async throws -> [FileName] {
        try await remote.entries(of: path).map(\.name).sorted()
    }

    func exists(_ path: RemotePath) async throws -> Bool {
        do throws(StorageError) {
            _ = try await remote.attributes(of: path)
            return true
        } catch {
            guard error.code == .notFound else { throw error }
            return false
        }
    }

    /// Expects that `body` throws one of `codes`.
    func expect(
        _ codes: StorageError.Code..., sourceLocation: SourceLocation = #_sourceLocation,
        from body: () async throws -> Void
    ) async {
        await expect(anyOf: codes, sourceLocation: sourceLocation, from: body)
    }

    /// Expects that `body` throws any error of a path, rather than of the session.
    func expectRefusal(
        sourceLocation: SourceLocation = #_sourceLocation, from body: () async throws -> Void
    ) async {
        let codes = StorageError.Code.allCases.filter { !StorageError($0, "").isSessionFault && $0 != .notFound }
        await expect(anyOf: codes, sourceLocation: sourceLocation, from: body)
    }

    private func expect(
        anyOf codes: [StorageError.Code], sourceLocation: SourceLocation, from body: () async throws -> Void
    ) async {
        do {
            try await body()
            Issue.record("succeeded instead of throwing \(codes)", sourceLocation: sourceLocation)
        } catch let error as StorageError {
            let met = codes.contains(error.code)
            #expect(met, "\(error.code): \(error) instead of \(codes)", sourceLocation: sourceLocation)
        } catch {
            Issue.record("not a StorageError: \(error)", sourceLocation: sourceLocation)
        }
    }

    /// Removes a directory and all below it; a missing one is fine.
    func removeTree(_ path: RemotePath) async throws {
        for entry in try await remote.entries(of: path) {
            let child = path.appending(entry.name)
            if entry.attributes.isDirectory {
                try await removeTree(child)
            } else {
                try await remote.removeFile(child)
            }
        }
        try await remote.removeDirectory(path)
    }
}

/// `count` bytes that differ from place to place, so that a wrong offset shows.
///
/// They repeat after a prime number of bytes, which no block size divides.
func pattern(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    let period = (0..<min(count, 65_521)).map { _ in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return UInt8(truncatingIfNeeded: state)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    while bytes.count < count { bytes += period.prefix(count - bytes.count) }
    return bytes
}
