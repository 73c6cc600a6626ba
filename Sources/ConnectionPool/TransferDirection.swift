/// Which way the bytes of a transfer go. Each has a limit of its own.
public enum TransferDirection: Hashable, Sendable, CaseIterable {
    case download, upload
}

/// A number for each direction.
struct TransferCounts: Hashable {
    private var downloads = 0
    private var uploads = 0

    subscript(direction: TransferDirection) -> Int {
        get { direction == .download ? downloads : uploads }
        set { if direction == .download { downloads = newValue } else { uploads = newValue } }
    }
}
