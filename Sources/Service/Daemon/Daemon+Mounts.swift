import FileModel

extension Daemon {
    /// A mount from its first try to its end.
    struct MountState {
        let generation: Int
        var phase: Phase
        /// Failures in a row.
        var failures = 0
        /// It shall end, and start again if there is a definition by then.
        var isEnding = false

        enum Phase {
            /// Being mounted.
            case starting
            case running(any RunningMount)
            /// Being drained and unmounted.
            case ending
            /// Failed; a retry is set.
            case waiting
        }
    }

    private static let firstPause = Duration.seconds(5)
    private static let longestPause = Duration.seconds(300)

    /// Mounts by the present definition; waits for a predecessor that is still ending.
    func startMount(_ name: String) {
        guard mounts[name] == nil else { return }
        attempt(name, failures: 0)
    }

    private func attempt(_ name: String, failures: Int) {
        guard let definition = definitions.mounts[name] else { return }
        generation += 1
        let generation = generation
        mounts[name] = MountState(generation: generation, phase: .starting, failures: failures)
        Task { [work, post] in
            let result: Result<any RunningMount, StorageError>
            do throws(StorageError) {
                result = .success(try await work.mount(definition))
            } catch {
                result = .failure(error)
            }
            post.yield(.mountAnswered(name: name, generation: generation, result))
        }
    }

    func mountAnswered(_ name: String, _ generation: Int, _ result: Result<any RunningMount, StorageError>) {
        guard var state = mounts[name], state.generation == generation else { return }
        switch result {
        case .success(let mount):
            watch(mount, name, generation)
            if state.isEnding {
                end(mount, name)
                state.phase = .ending
            } else {
                tell(.mounted(name: name, mountpoint: definitions.mounts[name]?.mount.mountpoint ?? ""))
                state.phase = .running(mount)
                state.failures = 0
            }
            mounts[name] = state
        case .failure(let error):
            mountFailed(name, state, error)
        }
    }

    private func mountFailed(_ name: String, _ state: MountState, _ error: StorageError) {
        if state.isEnding { return mountIsGone(name) }
        let pause = min(Self.longestPause, Self.firstPause * (1 << min(state.failures, 10)))
        tell(.mountFailed(name: name, error, retryIn: pause))
        mounts[name] = MountState(generation: state.generation, phase: .waiting, failures: state.failures + 1)
        let generation = state.generation
        Task { [post] in
            try? await Task.sleep(for: pause)
            post.yield(.mountRetry(name: name, generation: generation))
        }
    }

    func mountRetry(_ name: String, _ generation: Int) {
        guard let state = mounts[name], state.generation == generation, case .waiting = state.phase else { return }
        attempt(name, failures: state.failures)
    }

    private func watch(_ mount: any RunningMount, _ name: String, _ generation: Int) {
        Task { [post] in
            var failure: StorageError?
            do throws(StorageError) {
                try await mount.waitUntilEnded()
            } catch {
                failure = error
            }
            post.yield(.mountEnded(name: name, generation: generation, failure))
        }
    }

    /// A mount that ended without us stays unmounted until its definition changes: somebody wanted that.
    func mountEnded(_ name: String, _ generation: Int, _ error: StorageError?) {
        guard let state = mounts[name], state.generation == generation else { return }
        tell(state.isEnding ? .unmounted(name: name) : .mountEnded(name: name, error))
        if state.isEnding { mountIsGone(name) } else { mounts[name] = nil }
    }

    /// Begins to end a mount in whatever state it is.
    func endMount(_ name: String) {
        guard var state = mounts[name], !state.isEnding else { return }
        state.isEnding = true
        switch state.phase {
        case .running(let mount):
            state.phase = .ending
            mounts[name] = state
            end(mount, name)
        case .waiting:
            mounts[name] = nil
        case .starting, .ending:
            mounts[name] = state
        }
    }

    private func end(_ mount: any RunningMount, _ name: String) {
        Task { [tell] in
            do throws(StorageError) {
                try await mount.unmount()
            } catch {
                tell(.unmountFailed(name: name, error))
            }
        }
    }

    /// Room for the successor, if there is a definition for one.
    private func mountIsGone(_ name: String) {
        mounts[name] = nil
        if !isStopping { startMount(name) }
    }
}
