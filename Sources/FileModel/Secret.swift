/// A password or passphrase. It shows itself only to who asks for it by name, never in a message or a log.
public struct Secret: Hashable, Sendable {
    /// The text itself, for the moment it is spoken to a server.
    public let revealed: String

    public init(_ text: String) {
        revealed = text
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "••••" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
