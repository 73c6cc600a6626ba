/// Names an open file or directory of a volume.
public struct HandleID: Hashable, Sendable {
    public let value: UInt64

    public init(_ value: UInt64) { self.value = value }
}

/// One open(2) of a file: its flags, and what it reads ahead. What is shared by all handles is in `OpenFile`.
struct FileHandle: Sendable {
    let id: HandleID
    let flags: OpenFlags
    let file: OpenFile
    /// Set for handles that read.
    let readAhead: ReadAhead?
}
