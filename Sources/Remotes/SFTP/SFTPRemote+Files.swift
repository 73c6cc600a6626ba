import ConnectionPool
public import FileModel
public import RemoteFileSystem
import SFTP

extension SFTPRemote {
    public func openReader(_ path: RemotePath) async throws(StorageError) -> any RemoteReader {
        let (lease, handle, attributes) = try await openForReading(path)
        return SFTPRemoteReader(self, path, lease, handle, attributes)
    }

    /// Opens and looks in one flight; tried once more when the connection turned out to be dead.
    func openForReading(
        _ path: RemotePath
    ) async throws(StorageError) -> (Lease<SFTPConnection>, SFTPHandle, FileAttributes?) {
        do throws(StorageError) {
            return try await openForReadingOnce(path)
        } catch  where error.code == .connectionLost {
            return try await openForReadingOnce(path)
        }
    }

    private func openForReadingOnce(
        _ path: RemotePath
    ) async throws(StorageError) -> (Lease<SFTPConnection>, SFTPHandle, FileAttributes?) {
        try await openForReading(path, with: try await session(.stream, .download))
    }

    /// On another connection than that of `lease`, where one is to be had at once.
    func openForReading(
        _ path: RemotePath, apartFrom lease: Lease<SFTPConnection>
    ) async -> (Lease<SFTPConnection>, SFTPHandle, FileAttributes?)? {
        guard let further = await pool.leaseIfFree(.stream, .download, apartFrom: [lease]) else { return nil }
        return try? await openForReading(path, with: further)
    }

    private func openForReading(
        _ path: RemotePath, with lease: Lease<SFTPConnection>
    ) async throws(StorageError) -> (Lease<SFTPConnection>, SFTPHandle, FileAttributes?) {
        do throws(StorageError) {
            let serverPath = self.path(path, on: lease.connection)
            let (handle, found) = try await openAndStat(serverPath, on: lease.connection)
            let attributes = found?.fileAttributes
            if attributes?.isDirectory == true {
                // open(2) succeeds on a folder; it is the first read that would fail.
                lease.connection.closeLater(handle)
                throw StorageError(.isDirectory, "\(path) is a folder")
            }
            return (lease, handle, attributes)
        } catch {
            throw end(lease, error)
        }
    }

    private func openAndStat(
        _ path: SFTPPath, on connection: SFTPConnection
    ) async throws(StorageError) -> (SFTPHandle, SFTPAttributes?) {
        do throws(StorageError) {
            return try await connection.openAndStat(path, .read)
        } catch  where error.code == .failed {
            throw await refined(error, path, on: connection) { _ in nil }
        }
    }

    public func openWriter(
        _ path: RemotePath, _ disposition: WriteDisposition, permissions: UInt16?, expectedSize: Int64?
    ) async throws(StorageError) -> any RemoteWriter {
        let lease = try await session(.stream, .upload)
        do throws(StorageError) {
            if let expectedSize { lease.connection.expectWrite(of: expectedSize) }
            let serverPath = self.path(path, on: lease.connection)
            let handle = try await open(serverPath, path, disposition, permissions, on: lease.connection)
            let plan = disposition.plan(expectedSize)
            let writer = SFTPWriter(lease.connection, handle, path: serverPath, plan: plan) { [weak self] in
                await self?.lend(apartFrom: lease)
            }
            return SFTPRemoteWriter(lease, writer)
        } catch {
            throw end(lease, error)
        }
    }

    /// A second connection for an upload, where one is to be had at once.
    private func lend(apartFrom lease: Lease<SFTPConnection>) async -> SFTPLoan? {
        guard let further = await pool.leaseIfFree(.stream, .upload, apartFrom: [lease]) else { return nil }
        return SFTPLoan(further.connection, onPressure: { further.onPressure($0) }, end: { further.release() })
    }

    private func open(
        _ serverPath: SFTPPath, _ path: RemotePath, _ disposition: WriteDisposition, _ permissions: UInt16?,
        on connection: SFTPConnection
    ) async throws(StorageError) -> SFTPHandle {
        let mode = SFTPAttributes(permissions: permissions.map(UInt32.init))
        do throws(StorageError) {
            if case .resume(let offset) = disposition {
                return try await resume(serverPath, path, at: offset, on: connection)
            }
            return try await connection.open(serverPath, disposition.flags, mode)
        } catch  where error.code == .failed {
            let isNew = disposition == .createNew || disposition == .truncate
            throw await refined(error, serverPath, on: connection, isNew: isNew) { found in
                if found.isDirectory { return StorageError(.isDirectory, "\(path) is a folder") }
                return disposition == .createNew ? StorageError(.alreadyExists, "\(path) exists already") : nil
            }
        }
    }

    private func resume(
        _ serverPath: SFTPPath, _ path: RemotePath, at offset: Int64, on connection: SFTPConnection
    ) async throws(StorageError) -> SFTPHandle {
        let handle = try await connection.open(serverPath, .write)
        do throws(StorageError) {
            let size = try await connection.fstat(handle).fileAttributes.size
            guard size >= offset else {
                throw StorageError(.corrupted, "\(path) has \(size) bytes, too few to go on at \(offset)")
            }
            if size > offset {
                try connection.requireResizing()
                try await connection.fsetstat(handle, SFTPAttributes(size: UInt64(offset)))
            }
            return handle
        } catch {
            connection.closeLater(handle)
            throw error
        }
    }

    /// Gives a lease back after a failed call, with the connection if that is at fault.
    func end(_ lease: Lease<SFTPConnection>, _ error: StorageError) -> StorageError {
        lease.end(error)
        return error
    }
}

extension WriteDisposition {
    fileprivate var flags: SFTPOpenFlags {
        switch self {
        case .truncate: [.write, .create, .truncate]
        case .createNew: [.write, .create, .exclusive]
        case .update, .resume: [.write]
        }
    }

    /// What is going to be written, where that continues what the file holds; nil where it may go anywhere.
    fileprivate func plan(_ expectedSize: Int64?) -> WritePlan? {
        switch self {
        case .truncate, .createNew: WritePlan(size: expectedSize)
        case .resume(let offset): WritePlan(start: offset, size: expectedSize)
        case .update: nil
        }
    }
}
