import FileModel
import Synchronization

/// Shares one call among all who ask for the same thing while it is under way.
///
/// A caller that is cancelled leaves; the call itself goes on for the others.
final class SingleFlight<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let flights = Mutex<[Key: Promise<Value>]>([:])

    func value(
        for key: Key, _ body: @escaping @Sendable () async throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        let (promise, isFirst) = flights.withLock { flights in
            if let present = flights[key] { return (present, false) }
            let promise = Promise<Value>()
            flights[key] = promise
            return (promise, true)
        }
        if isFirst {
            startHere {
                await promise.fulfil(by: body)
                self.flights.withLock { $0[key] = nil }
            }
        }
        return try await promise.value()
    }
}
