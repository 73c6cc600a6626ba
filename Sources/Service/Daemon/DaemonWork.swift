public import Definitions
public import FileModel

/// What the daemon has done for it: everything that touches servers, kernels and files, and would keep the daemon from its
/// next event.
public protocol DaemonWork: Sendable {
    /// Reads all definitions anew.
    func loadDefinitions() -> DefinitionCatalog

    /// Mounts, and returns when the mount answers.
    @concurrent func mount(_ definition: MountDefinition) async throws(StorageError) -> any RunningMount

    /// One run of a sync, recorded in the history. Ends soon after the task was cancelled, with everything saved.
    @concurrent func run(_ definition: SyncDefinition) async -> RunOutcome

    /// When a sync last started; nil if it never did, or nobody knows.
    @concurrent func lastStart(of name: String) async -> Timestamp?
}

/// A folder that is mounted.
public protocol RunningMount: Sendable {
    /// Returns when the folder is mounted no more, whoever ended it.
    @concurrent func waitUntilEnded() async throws(StorageError)

    /// Waits for what is still to be uploaded, then unmounts.
    @concurrent func unmount() async throws(StorageError)
}
