import FileModel
import RemoteFileSystem
import SyncCore

/// Makes an empty temporary file on a side, looks at its time, and removes it.
struct ClockProbe: Sendable {
    let replica: Replica
    let path: RemotePath
    let now: @Sendable () -> Timestamp

    let intent: Intent

    struct Outcome: Sendable {
        var intent: Intent
        /// nil: the side does not take the file, or does not tell its time well enough.
        var reading: ClockReading?
        /// The file may still be there.
        var failed = false
    }

    /// - Parameters:
    ///   - operation: names the file.
    init(_ replica: Replica, operation: Int64, now: @escaping @Sendable () -> Timestamp) {
        self.replica = replica
        self.now = now
        let name = replica.names.temporary(
            for: FileName.known("clock"), operation: operation, maximumLength: replica.limits.maximumLength)
        path = RemotePath.root.appending(name)
        // As a file that is not yet complete under its own name: a later run removes what it finds there.
        intent = Intent(
            operation: operation, path: path, side: replica.side, temporary: path, kept: nil,
            source: Entry(type: .regular, size: 1), target: nil)
    }

    /// - Returns: nil without a probe.
    static func measure(_ probe: ClockProbe?) async -> Outcome? {
        guard let probe else { return nil }
        do throws(StorageError) {
            return Outcome(intent: probe.intent, reading: try await probe.read())
        } catch {
            return Outcome(intent: probe.intent, failed: true)
        }
    }

    private func read() async throws(StorageError) -> ClockReading? {
        let before = now()
        let writer = try await replica.files.openWriter(path, .truncate, permissions: nil, expectedSize: 0)
        do throws(StorageError) {
            try await writer.close()
        } catch {
            await writer.abort()
            throw error
        }
        let after = now()
        let found = try? await replica.files.attributes(of: path)
        try await replica.files.removeFile(path)
        return found?.modified.flatMap { ClockReading($0, madeBetween: before, and: after) }
    }
}
