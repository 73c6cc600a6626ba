import Synchronization

/// Whether a session has a transfer under way, for those who are not on its event loop.
final class TransferMark: Sendable {
    let isUnderWay = Atomic(false)
}
