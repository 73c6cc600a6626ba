public import Definitions
public import FileModel

/// What the daemon has done for it: everything that touches servers, kernels and files.
public protocol DaemonWork: Sendable {
    /// Reads all definitions anew.
    func loadDefinitions() -> DefinitionCatalog

    /// Mounts, and returns when the mount answers.
    func mount(_ definition: MountDefinition) async throws(StorageError) -> any RunningMount

    /// One run of a sync, recorded in the history. Ends soon after the task was cancelled, with everything saved.
    func run(_ definition: SyncDefinition) async -> RunOutcome

    /// When a sync last started; nil if it never did, or nobody knows.
    func lastStart(of name: String) async -> Timestamp?
}

/// A folder that is mounted.
public protocol RunningMount: Sendable {
    /// Returns when the folder is mounted no more, whoever ended it.
    func waitUntilEnded() async throws(StorageError)

    /// Waits for what is still to be uploaded, then unmounts.
    func unmount() async throws(StorageError)
}
