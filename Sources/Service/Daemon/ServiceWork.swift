public import Definitions
public import FileModel

/// The daemon's work done for real.
public struct ServiceWork: DaemonWork {
    private let directories: ProgramDirectories
    private let runner: SyncRunner
    private let mounter: any Mounter
    private let history: (any RunHistory)?

    public init(
        _ directories: ProgramDirectories, remotes: RemoteAssembly, history: (any RunHistory)?, mounter: any Mounter
    ) {
        self.directories = directories
        self.history = history
        self.mounter = mounter
        runner = SyncRunner(directories, remotes: remotes, history: history)
    }

    public func loadDefinitions() -> DefinitionCatalog { DefinitionCatalog(directories) }

    public func mount(_ definition: MountDefinition) async throws(StorageError) -> any RunningMount {
        guard let mountpoint = definition.mount.mountpoint else {
            throw StorageError(.configuration, "'\(definition.name)' has no mount point")
        }
        return try await mounter.mount(definition, on: mountpoint, isDaemon: true)
    }

    public func run(_ definition: SyncDefinition) async -> RunOutcome {
        do throws(StorageError) {
            return RunOutcome(try await runner.run(definition))
        } catch {
            return RunOutcome(error, family: definition.remote.family)
        }
    }

    public func lastStart(of name: String) async -> Timestamp? {
        do throws(StorageError) {
            return try await history?.lastStart(of: name)
        } catch {
            return nil
        }
    }
}
