import FileModel
import NIOCore

/// A request for digests of an open file (draft-ietf-secsh-filexfer-extensions-00 §3).
struct SFTPFileCheck: Hashable, Sendable {
    var request: SFTPExtension
    var handle: SFTPHandle
    /// The first that the server knows is taken.
    var algorithms: [String]
    var start: UInt64
    var length: UInt64
    var blockSize: UInt32

    func encode(into buffer: inout ByteBuffer) {
        buffer.writeSFTPString(request.name.utf8)
        buffer.writeSFTPString(handle.bytes)
        buffer.writeSFTPString(algorithms.joined(separator: ",").utf8)
        buffer.writeInteger(start)
        buffer.writeInteger(length)
        buffer.writeInteger(blockSize)
    }

    /// The digests of an answer, which names their algorithm; some servers put the name of the request before it.
    ///
    /// - Returns: nil for an algorithm that was not asked for, or another number of digests.
    static func digests(in body: ByteBuffer, count: Int) throws(StorageError) -> (ChecksumAlgorithm, [[UInt8]])? {
        var body = body
        var name = try body.readSFTPString()
        if name == Array(SFTPExtension.checkFile.name.utf8) { name = try body.readSFTPString() }
        guard let algorithm = ChecksumAlgorithm(rawValue: String(decoding: name, as: UTF8.self)),
            body.readableBytes == count * algorithm.length
        else { return nil }
        var digests: [[UInt8]] = []
        while let digest = body.readBytes(length: algorithm.length), digests.count < count { digests.append(digest) }
        return (algorithm, digests)
    }
}
