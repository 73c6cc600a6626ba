/// A password or passphrase that does not show itself in descriptions, dumps or logs.
///
/// It protects against carelessness, not against a debugger: the bytes lie in ordinary memory.
public struct Secret: Hashable, Sendable {
    /// The words themselves, for the one call that hands them to the server.
    public let revealed: String

    public init(_ revealed: String) { self.revealed = revealed }

    public var isEmpty: Bool { revealed.isEmpty }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "••••" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
