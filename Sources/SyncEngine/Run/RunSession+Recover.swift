import FileModel
import RemoteFileSystem
import SyncCore

extension RunSession {
    /// Cleans up after operations that an earlier run began and did not end.
    ///
    /// Whatever reached its final name is left for the scan to find. A partial file stays if it can be continued.
    func recover() async throws(StorageError) {
        let intents = try archive.openIntents()
        for start in stride(from: 0, to: intents.count, by: 32) {
            let page = intents[start..<min(start + 32, intents.count)]
            let results = await withTaskGroup(of: (Intent, Result<Leftover, StorageError>).self) { group in
                for intent in page { group.addTask { [context] in await (intent, Self.leftover(intent, context)) } }
                var results: [(Intent, Result<Leftover, StorageError>)] = []
                for await result in group { results.append(result) }
                return results
            }
            for (intent, result) in results { try settle(intent, try result.get()) }
        }
    }

    private func settle(_ intent: Intent, _ leftover: Leftover) throws(StorageError) {
        switch leftover {
        case .nothing:
            try archive.removeIntent(intent.operation)
        case .finished(let entries):
            try archive.apply(
                [.set(intent.path, Record(local: entries.local, remote: entries.remote, syncedAt: run.now()))],
                finished: [intent.operation])
        case .partial:
            resumable[intent.side][intent.path] = intent
        }
    }

    private enum Leftover: Sendable {
        /// No trace, or none that is left now.
        case nothing
        /// The copy is complete under its final name, and its source is still what was copied.
        case finished(Sides<Entry>)
        case partial
    }

    private static func leftover(_ intent: Intent, _ context: TransferContext) async -> Result<Leftover, StorageError> {
        do throws(StorageError) {
            return .success(
                try await context.options.retries.run { () throws(StorageError) in
                    try await examine(intent, context)
                })
        } catch {
            return error.isSessionFault ? .failure(error) : .success(.nothing)
        }
    }

    private static func examine(_ intent: Intent, _ context: TransferContext) async throws(StorageError) -> Leftover {
        let target = context.replicas[intent.side]
        let source = try await context.replicas[intent.side.other].entry(at: intent.path)
        let sourceIsSame = source?.isSameState(as: intent.source) ?? false
        let final = try await target.entry(at: intent.path)
        if intent.temporary == intent.path { return try await examineInPlace(intent, final, target) }
        try await dropSecondCopy(intent, final, target, context)
        guard let temporary = try await target.entry(at: intent.temporary) else {
            guard sourceIsSame, context.comparesSizes, let final, let source, final.size == source.size,
                final.type == source.type,
                intent.target.map({ !final.isSameState(as: $0) }) ?? true, intent.kept == nil
            else { return .nothing }
            var entries = Sides(local: source, remote: source)
            entries[intent.side] = final
            return .finished(entries)
        }
        if sourceIsSame, temporary.type == .regular, context.options.resumes, temporary.size >= 1 << 20 {
            return .partial
        }
        try await target.files.removeFile(intent.temporary)
        return .nothing
    }

    /// Written under the final name and cut short: what is there is no file of anybody.
    private static func examineInPlace(
        _ intent: Intent, _ final: Entry?, _ target: Replica
    ) async throws(StorageError) -> Leftover {
        if let final, intent.target == nil, final.type == .regular, final.size < intent.source.size {
            try await target.files.removeFile(intent.path)
        }
        return .nothing
    }

    /// The loser of a conflict was kept under its new name, but the winner did not arrive: the conflict will be
    /// settled again, and must not leave two copies of the loser.
    private static func dropSecondCopy(
        _ intent: Intent, _ final: Entry?, _ target: Replica, _ context: TransferContext
    ) async throws(StorageError) {
        guard let kept = intent.kept, let before = intent.target, let final, final.isSameState(as: before),
            let copy = try await target.entry(at: kept), copy.isSameState(as: before),
            copy.identity == before.identity
        else { return }
        try await context.trash[intent.side].take(kept)
    }
}
