import Synchronization

/// A value that several tasks of a test touch.
final class Shared<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }

    func withLock<R: Sendable>(_ body: (inout Value) -> R) -> R {
        value.withLock { value in body(&value) }
    }

    var current: Value { value.withLock { $0 } }
}

extension Shared where Value == Bool {
    /// True the first time only.
    func takeOnce() -> Bool {
        withLock { value in
            defer { value = false }
            return value
        }
    }
}
