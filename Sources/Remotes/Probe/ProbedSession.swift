import FileModel

/// What the measurement asks of a session, with nothing made up where the server lacks it.
protocol ProbedSession: Sendable {
    func makeFolder(_ path: RemotePath) async throws(StorageError)
    func removeFolder(_ path: RemotePath) async throws(StorageError)
    /// - Parameter offset: nil: a new file.
    func write(_ text: String, to path: RemotePath, at offset: Int64?) async throws(StorageError)
    func read(_ path: RemotePath, from offset: Int64) async throws(StorageError) -> String
    func exists(_ path: RemotePath) async throws(StorageError) -> Bool
    func remove(_ path: RemotePath) async throws(StorageError)
    func replace(_ target: RemotePath, by source: RemotePath) async throws(StorageError)
    /// - Returns: how it was set; nil when it cannot be.
    func set(_ time: Timestamp, of path: RemotePath) async throws(StorageError) -> String?
    func time(of path: RemotePath) async throws(StorageError) -> Timestamp?
    /// What only this protocol has; `folder` holds the file `sample`.
    func measureMore(_ result: inout MeasuredServer, in folder: RemotePath, sample: RemotePath)
        async throws(StorageError)
}
