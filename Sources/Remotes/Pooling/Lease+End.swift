import ConnectionPool
import FileModel

extension Lease {
    /// Releases after success or a path's error; discards when the error leaves the connection unusable.
    func end(_ error: StorageError?) {
        switch error?.code {
        case .connectionLost, .timedOut, .protocolViolation: discard(error ?? .cancelled)
        default: release()
        }
    }
}
