import FileModel
import NIOCore
import RemoteFileSystem

/// Gives a file on the server a content that is kept here: under a temporary name, then renamed to its own.
struct ContentUpload: Sendable {
    let remote: TimeLimitedRemote
    let record: RescueRecord
    let content: Spool
    let path: RemotePath

    static let block: Int64 = 256 * 1024

    init(_ remote: TimeLimitedRemote, _ record: RescueRecord, _ content: Spool, to path: RemotePath) {
        self.remote = remote
        self.record = record
        self.content = content
        self.path = path
    }

    /// What has the name now; nil: nothing.
    ///
    /// - Throws: `.alreadyExists` for what is no file.
    func found() async throws(StorageError) -> FileAttributes? {
        do throws(StorageError) {
            let found = try await remote.attributes(of: path)
            guard found.type == .regular else {
                throw StorageError(.alreadyExists, "\(path) is not a regular file on the server any more")
            }
            return found
        } catch  where error.code == .notFound {
            return nil
        }
    }

    // MARK: - Doing it

    /// Uploads the content, unless what has the name is not `expected` any more.
    ///
    /// - Returns: the file as the server told it before its last rename; nil where it did not tell.
    @discardableResult
    func run(over expected: FileAttributes?) async throws(StorageError) -> FileAttributes? {
        let temporary = try Self.temporaryPath(for: path, id: record.id)
        let mode: RenameMode = expected == nil ? .keepExisting : .replace
        if content.size <= Self.block { return try await place(temporary, mode) }
        do throws(StorageError) {
            let sent = try await send(to: temporary)
            guard try await found() == expected else { throw changedMeanwhile }
            try await remote.rename(temporary, to: path, mode: mode)
            return sent
        } catch {
            try? await remote.removeFile(temporary)
            throw error
        }
    }

    private func place(_ temporary: RemotePath, _ mode: RenameMode) async throws(StorageError) -> FileAttributes? {
        let placement = FilePlacement(
            try content.read(at: 0, count: Int(content.size)), temporary: temporary, target: path,
            attributes: attributes, mode: mode)
        do throws(StorageError) {
            switch try await remote.place(placement) {
            case .placed(let attributes): return attributes
            case .nameTaken: throw changedMeanwhile
            case .renameRefused(let error): throw error
            }
        } catch {
            try? await remote.removeFile(temporary)
            throw error
        }
    }

    private var attributes: AttributeChanges {
        AttributeChanges(permissions: record.permissions, modified: Timestamp(seconds: record.modified))
    }

    private var changedMeanwhile: StorageError {
        StorageError(.alreadyExists, "\(path) was changed on the server during the upload; try again")
    }

    /// `.name.ID.part` in the same folder; the same name for the same record, so that a later try overwrites it.
    static func temporaryPath(for path: RemotePath, id: String) throws(StorageError) -> RemotePath {
        guard let name = path.name, let parent = path.parent else {
            throw StorageError(.corrupted, "the record of the rescued file \(id) names no file")
        }
        return parent.appending(try FileName([UInt8(ascii: ".")] + name.bytes.prefix(200) + suffix(id)))
    }

    private static func suffix(_ id: String) -> [UInt8] { Array(".\(id).part".utf8) }

    /// The record's id in a name that `temporaryPath` gave.
    static func id(inTemporaryName name: FileName) -> String? {
        let parts = name.bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0].isEmpty, parts[parts.count - 1].elementsEqual("part".utf8) else { return nil }
        return String(validating: parts[parts.count - 2], as: UTF8.self)
    }

    private func send(to temporary: RemotePath) async throws(StorageError) -> FileAttributes {
        let writer = try await remote.openWriter(
            temporary, .truncate, permissions: record.permissions, expectedSize: content.size)
        do throws(StorageError) {
            var position: Int64 = 0
            while position < content.size {
                let bytes = try content.read(at: position, count: Int(Self.block))
                try await writer.write(bytes, at: position)
                position += Int64(bytes.readableBytes)
            }
            try await writer.setAttributes(AttributeChanges(modified: Timestamp(seconds: record.modified)))
            try await writer.close()
        } catch {
            await writer.abort()
            throw error
        }
        let sent = try await remote.attributes(of: temporary)
        guard sent.size == content.size else {
            throw StorageError(.corrupted, "\(path) is not complete on the server although the server said so")
        }
        return sent
    }
}
