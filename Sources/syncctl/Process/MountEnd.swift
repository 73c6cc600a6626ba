import FileModel
import Service
import Synchronization

/// Ends a mount when it is asked to, also by a request that comes before the mount is there.
final class MountEnd: Sendable {
    private struct State {
        var isRequested = false
        var starting: Task<any RunningMount, any Error>?
        var mount: (any RunningMount)?
    }

    private let state = Mutex(State())

    /// Runs the beginning of the mount; a request cancels it.
    func cancellable(
        _ body: @escaping @Sendable () async throws(StorageError) -> any RunningMount
    ) async throws(StorageError) -> any RunningMount {
        let task = Task { try await body() }
        let isRequested = state.withLock { state in
            state.starting = task
            return state.isRequested
        }
        if isRequested { task.cancel() }
        do {
            return try await task.value
        } catch {
            throw StorageError.wrapping(error)
        }
    }

    /// The mount is there; it ends at once if that was asked for meanwhile.
    func mounted(_ mount: any RunningMount) {
        let isRequested = state.withLock { state in
            state.mount = mount
            return state.isRequested
        }
        if isRequested { Self.end(mount) }
    }

    /// Asks for the end: everything is uploaded, then unmounted.
    func request() {
        ServiceManager.stopping()
        let (mount, starting) = state.withLock { state in
            state.isRequested = true
            return (state.mount, state.starting)
        }
        if let mount { Self.end(mount) } else { starting?.cancel() }
    }

    private static func end(_ mount: any RunningMount) {
        Task { try? await mount.unmount() }
    }
}
