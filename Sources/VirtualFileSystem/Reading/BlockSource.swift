import FileModel
import NIOCore

/// Where a `ReadAhead` gets its bytes.
protocol BlockSource: Sendable {
    /// Whether fetches may overlap; otherwise they are made one after the other, in ascending order where possible.
    var isConcurrent: Bool { get }

    /// Fewer bytes than asked for only at the end of the file.
    func fetch(_ range: Range<Int64>) async throws(StorageError) -> ByteBuffer

    /// Bytes of the file are known from elsewhere, as it was with these attributes: later ones must go with them.
    ///
    /// - Returns: false when they do not go with what was read here before.
    func expect(_ attributes: FileAttributes) -> Bool

    /// The file was changed through the mount: it need not be as it was.
    func contentChanged()

    /// Nobody needs more for now.
    func rest()

    func close() async
}
