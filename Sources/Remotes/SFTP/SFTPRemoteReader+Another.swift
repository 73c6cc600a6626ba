import FileModel
import RemoteFileSystem

extension SFTPRemoteReader {
    /// Bytes at the end of a file that two handles have to agree about.
    private static let comparedEnd: Int64 = 32 << 10

    func another() async -> (any RemoteReader)? {
        guard let lease = presentLease,
            let (further, handle, found) = await remote.openForReading(path, apartFrom: lease)
        else { return nil }
        let reader = SFTPRemoteReader(remote, path, further, handle, found, reopens: false)
        if await isSame(as: reader) { return reader }
        await reader.close()
        return nil
    }

    /// The name was opened anew, and may have come to mean another file.
    private func isSame(as other: SFTPRemoteReader) async -> Bool {
        guard let attributes, other.attributes?.size == attributes.size,
            other.attributes?.modified == attributes.modified
        else { return false }
        let count = min(Self.comparedEnd, attributes.size)
        async let ours = read(at: attributes.size - count, count: Int(count))
        async let theirs = other.read(at: attributes.size - count, count: Int(count))
        guard let ours = try? await ours, let theirs = try? await theirs else { return false }
        return ours == theirs
    }
}
