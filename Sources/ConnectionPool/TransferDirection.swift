/// Which way the bytes of a transfer go. Each has a limit of its own.
public enum TransferDirection: Hashable, Sendable, CaseIterable {
    case download, upload
}
