/// A second connection for one file, as long as nobody else needs it.
public struct SFTPLoan: Sendable {
    /// nil: none is to be had at once.
    public typealias Borrowing = @Sendable () async -> SFTPLoan?

    public let connection: SFTPConnection
    /// Sets what is asked when others wait for a connection: whether this one is given back shortly.
    let onPressure: @Sendable (@escaping @Sendable () -> Bool) -> Void
    /// Gives it back.
    let end: @Sendable () -> Void

    public init(
        _ connection: SFTPConnection, onPressure: @escaping @Sendable (@escaping @Sendable () -> Bool) -> Void,
        end: @escaping @Sendable () -> Void
    ) {
        self.connection = connection
        self.onPressure = onPressure
        self.end = end
    }
}
