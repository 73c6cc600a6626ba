/// How a file is opened (open(2)).
public struct OpenFlags: OptionSet, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let read = OpenFlags(rawValue: 1)
    public static let write = OpenFlags(rawValue: 2)
    /// O_APPEND: each write goes to the end.
    public static let append = OpenFlags(rawValue: 4)
    /// O_TRUNC
    public static let truncate = OpenFlags(rawValue: 8)
    /// O_EXCL of a create.
    public static let exclusive = OpenFlags(rawValue: 16)
}
