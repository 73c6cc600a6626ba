import FileModel
import NIOCore

/// Where a `ReadAhead` gets its bytes.
protocol BlockSource: Sendable {
    /// Whether fetches may overlap; otherwise they are made one after the other, in ascending order where possible.
    var isConcurrent: Bool { get }

    /// Fewer bytes than asked for only at the end of the file.
    func fetch(_ range: Range<Int64>) async throws(StorageError) -> ByteBuffer

    /// The file was changed through the mount: it need not be as it was.
    func contentChanged()

    /// Nobody needs more for now.
    func rest()

    func close() async
}
