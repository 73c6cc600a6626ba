import FileModel
import NIOCore

extension ReadAhead {
    func start(_ plan: BlockWindow.Plan) {
        if source.isConcurrent {
            for index in plan.toFetch { startHere { await self.fetch(index) } }
        } else if plan.startsPump {
            startHere { await self.pump() }
        }
    }

    /// Fetches queued blocks one after the other, lowest first.
    private func pump() async {
        while let index = state.withLock({ $0.nextQueued() }) {
            await fetch(index)
        }
        source.rest()
    }

    private func fetch(_ index: Int64) async {
        guard let promise = state.withLock({ $0.blocks[index] }) else { return }
        let start = index * blockSize
        do throws(StorageError) {
            let block = try await source.fetch(start..<(start + blockSize))
            promise.fulfil(.success(block))
            state.withLock { $0.fetched(index, promise, count: block.readableBytes) }
        } catch {
            for failed in state.withLock({ $0.failed(index, promise) }) { failed.fulfil(.failure(error)) }
        }
    }
}
