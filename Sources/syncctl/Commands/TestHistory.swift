import Definitions
import FileModel
import Service

/// Enters a connection test into the history. The history is no reason to fail.
struct TestHistory {
    private let history: SQLiteRunHistory
    private let row: Int64

    /// - Parameter text: the target as the user wrote it.
    static func begin(
        _ text: String, _ target: RemoteTarget, _ folders: ProgramDirectories
    ) async -> TestHistory? {
        do throws(StorageError) {
            try folders.prepare()
            let history = try SQLiteRunHistory(path: folders.historyFile)
            let row = try await history.runStarted(name(text, target), RunTarget(testOf: target), at: .now())
            return TestHistory(history: history, row: row)
        } catch {
            return nil
        }
    }

    /// A definition's own name; of a URL only the server, as it may hold a password.
    private static func name(_ text: String, _ target: RemoteTarget) -> String {
        if RemoteURL.looksLikeURL(text) { return "\(target.remote.scheme.rawValue)://\(target.remote.host)" }
        return String(text.prefix { $0 != "/" })
    }

    func end(_ status: StatusCode, _ error: StorageError?) async {
        let code = error.map { ProgramExit.code(of: $0) == 1 ? 3 : ProgramExit.code(of: $0) } ?? 0
        await history.finish(
            row,
            RunOutcome(
                status: error == nil ? .success : .failure, exitCode: Int(code), statusCode: status,
                message: error?.description))
    }
}

extension RunTarget {
    fileprivate init(testOf target: RemoteTarget) {
        self.init(
            scheme: target.remote.scheme.rawValue, host: target.remote.host, port: target.remote.port,
            user: target.remote.user, folder: target.folder.description, local: "", direction: RunTarget.test)
    }
}
