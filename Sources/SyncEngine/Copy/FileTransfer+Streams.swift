public import FileModel
import Glibc
import NIOCore
import RemoteFileSystem
import SyncCore

/// Standard input and output in place of a local file.
extension FileTransfer {
    /// Writes what a descriptor holds, up to its end, to a file on the server, which appears when it is complete.
    ///
    /// - Returns: bytes.
    public func upload(from descriptor: CInt, to target: RemotePath) async throws(StorageError) -> Int64 {
        let replica = context.replicas.remote
        let existing = try await replaced(target, on: replica)
        let temporary = temporary(for: target, on: replica)
        do throws(StorageError) {
            let count = try await write(descriptor, to: temporary, replica)
            let arrived = try await replica.entry(at: temporary)?.size ?? 0
            guard arrived == count else {
                throw StorageError(.corrupted, "\(target) arrived with \(arrived) bytes instead of \(count)")
            }
            try await replica.files.rename(temporary, to: target, mode: existing == nil ? .keepExisting : .replace)
            context.observer?.observe(.change(SyncChange(.copy, target, on: .remote, bytes: count, row: 0)))
            return count
        } catch {
            await removeTemporary(temporary, on: replica)
            throw error
        }
    }

    private func write(
        _ descriptor: CInt, to temporary: RemotePath, _ replica: Replica
    ) async throws(StorageError) -> Int64 {
        let writer = try await replica.files.openWriter(
            temporary, .createNew, permissions: nil, expectedSize: nil)
        do throws(StorageError) {
            var count: Int64 = 0
            while let block = try await block(of: descriptor) {
                try await context.bandwidth.remote?.pass(block.readableBytes)
                try await writer.write(block, at: count)
                count += Int64(block.readableBytes)
                context.observer?.observe(.transferred(bytes: Int64(block.readableBytes), to: .remote))
            }
            try await writer.close()
            return count
        } catch {
            await writer.abort()
            throw error
        }
    }

    /// The next bytes; nil at the end. Waits in short turns, so that a silent pipe does not outlast a cancelled task.
    private func block(of descriptor: CInt) async throws(StorageError) -> ByteBuffer? {
        while true {
            let isReady = await onThread {
                var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                return poll(&state, 1, 100)
            }
            if Task.isCancelled { throw .cancelled }
            if isReady != 0 { break }
        }
        var buffer = ByteBufferAllocator().buffer(capacity: 256 << 10)
        var failure: CInt = 0
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 256 << 10) { space in
            let count = retryingInterrupts { Glibc.read(descriptor, space.baseAddress, space.count) }
            if count == nil { failure = errno }
            return count ?? 0
        }
        if failure != 0 {
            throw StorageError(.failed, "standard input cannot be read: \(String(cString: strerror(failure)))")
        }
        return buffer.readableBytes > 0 ? buffer : nil
    }

    /// Writes a file of the server to a descriptor.
    public func download(_ source: RemotePath, to descriptor: CInt) async throws(StorageError) -> Int64 {
        let replica = context.replicas.remote
        let reader = try await replica.files.openReader(source)
        do throws(StorageError) {
            let count = try await pass(reader, to: descriptor, replica.capabilities)
            await reader.close()
            return count
        } catch {
            await reader.close()
            throw error
        }
    }

    /// Several reads are under way at once where the server can do that; they are written in order.
    private func pass(
        _ reader: any RemoteReader, to descriptor: CInt, _ capabilities: Capabilities
    ) async throws(StorageError) -> Int64 {
        let blockSize = max(32 << 10, min(1 << 20, capabilities.blockSize))
        let depth = capabilities.randomRead ? 16 : 1
        var reads: [Task<Result<ByteBuffer, StorageError>, Never>] = []
        defer { for read in reads { read.cancel() } }
        var asked: Int64 = 0
        var count: Int64 = 0
        while true {
            while reads.count < depth {
                let start = asked
                reads.append(Task { await Self.read(reader, at: start, count: blockSize) })
                asked += Int64(blockSize)
            }
            if Task.isCancelled { throw .cancelled }
            let next = reads.removeFirst()
            let block = try await withTaskCancellationHandler {
                await next.value
            } onCancel: {
                next.cancel()
            }.get()
            try await write(block, to: descriptor)
            count += Int64(block.readableBytes)
            if block.readableBytes < blockSize { return count }
        }
    }

    private static func read(
        _ reader: any RemoteReader, at position: Int64, count: Int
    ) async -> Result<ByteBuffer, StorageError> {
        do throws(StorageError) {
            return .success(try await reader.read(at: position, count: count))
        } catch {
            return .failure(error)
        }
    }

    private func write(_ block: ByteBuffer, to descriptor: CInt) async throws(StorageError) {
        let failure = await onThread { () -> CInt in
            block.withUnsafeReadableBytes { bytes in
                var written = 0
                while written < bytes.count {
                    let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
                    guard let count = retryingInterrupts({ Glibc.write(descriptor, rest.baseAddress, rest.count) })
                    else { return errno }
                    written += count
                }
                return 0
            }
        }
        if failure != 0 {
            throw StorageError(.failed, "standard output cannot be written: \(String(cString: strerror(failure)))")
        }
    }

    /// For calls that wait: on a thread of the engine.
    private func onThread<Value: Sendable>(_ body: @Sendable () -> Value) async -> Value {
        await withTaskExecutorPreference(EngineThreads.shared) { body() }
    }
}
