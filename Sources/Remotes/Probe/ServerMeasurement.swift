import FileModel

/// Measures a server in a scratch folder of its own, which is gone afterwards.
struct ServerMeasurement {
    let session: any ProbedSession
    /// Does not exist yet.
    let folder: RemotePath

    /// - Throws: what ends the session, and a refusal to make the folder or a file in it.
    func run() async throws(StorageError) -> MeasuredServer {
        try await makeFolder()
        do throws(StorageError) {
            let result = try await measure()
            try await cleanUp()
            return result
        } catch {
            let leftover: StorageError? = await Task { await self.failureToCleanUp() }.value
            guard leftover == nil else {
                throw StorageError(
                    error.code, "\(error.message); the folder \(folder) may still be there: remove it by hand",
                    serverReply: error.serverReply)
            }
            throw error
        }
    }

    private func makeFolder() async throws(StorageError) {
        do throws(StorageError) {
            try await session.makeFolder(folder)
        } catch {
            // The server may have made it before its answer was given up.
            if error.code == .cancelled { _ = await Task { await self.failureToCleanUp() }.value }
            throw error
        }
    }

    private static let names = ["sample", "other", "Folded.TXT", "\u{E9}", "folded.txt", "e\u{301}"]

    private func path(_ name: String) throws(StorageError) -> RemotePath { folder.appending(try FileName(name)) }

    private func measure() async throws(StorageError) -> MeasuredServer {
        var result = MeasuredServer()
        let sample = try path("sample")
        try await session.write("0123456789", to: sample, at: nil)
        try await session.measureMore(&result, in: folder, sample: sample)
        result.readsFromOffset = try await holds { () throws(StorageError) in
            try await session.read(sample, from: 4) == "456789"
        }
        result.writesAtOffset = try await holds { () throws(StorageError) in
            try await session.write("abc", to: sample, at: 10)
            return try await session.read(sample, from: 0) == "0123456789abc"
        }
        try await measureTimes(&result, sample)
        try await measureNames(&result)
        result.renamesOver = try await holds { () throws(StorageError) in
            let other = try path("other")
            try await session.write("new", to: other, at: nil)
            try await session.replace(sample, by: other)
            return try await session.read(sample, from: 0) == "new"
        }
        return result
    }

    /// An odd second that no clock shows, so that coarser disks and servers that do nothing are found out.
    private static let moment = Timestamp(seconds: 1_234_567_891)

    private func measureTimes(_ result: inout MeasuredServer, _ sample: RemotePath) async throws(StorageError) {
        result.timeSetter = try await session.set(Self.moment, of: sample)
        guard result.timeSetter != nil, let time = try await session.time(of: sample) else { return }
        switch abs(time.seconds - Self.moment.seconds) {
        case 0: result.timeResolution = 1
        case 1: result.timeResolution = 2
        case ..<60: result.timeResolution = 60
        default: result.timeSetter = nil
        }
    }

    private func measureNames(_ result: inout MeasuredServer) async throws(StorageError) {
        result.foldsCase = try await isFolded("Folded.TXT", "folded.txt")
        result.foldsUnicode = try await isFolded("\u{E9}", "e\u{301}")
    }

    private func isFolded(_ name: String, _ other: String) async throws(StorageError) -> Bool {
        try await holds { () throws(StorageError) in
            try await session.write("x", to: try path(name), at: nil)
            return try await session.exists(try path(other))
        }
    }

    /// A refusal is a no; the end of the session is an error.
    private func holds(_ body: () async throws(StorageError) -> Bool) async throws(StorageError) -> Bool {
        do throws(StorageError) {
            return try await body()
        } catch  where !error.isSessionFault || error.code == .protocolViolation {
            return false
        }
    }

    private func failureToCleanUp() async -> StorageError? {
        do throws(StorageError) {
            try await cleanUp()
            return nil
        } catch {
            return error
        }
    }

    private func cleanUp() async throws(StorageError) {
        for name in Self.names {
            do throws(StorageError) {
                try await session.remove(try path(name))
            } catch  where !error.isSessionFault {
                // It was never made; what is left keeps the folder, and that is told.
            }
        }
        try await session.removeFolder(folder)
    }
}
