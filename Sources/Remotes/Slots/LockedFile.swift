import Glibc

/// An open file, and with it the flock(2) on it; both end with the last reference.
final class LockedFile: Sendable {
    let descriptor: CInt

    init(_ descriptor: CInt) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Whether the file still has its name.
    var isLinked: Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_nlink > 0
    }

    /// Replaces the beginning of the file. What cannot be written is missing from what others know, nothing else.
    func write(_ text: String) {
        var text = text
        text.withUTF8 { _ = pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    func read() -> String {
        let bytes = [UInt8](unsafeUninitializedCapacity: 128) { buffer, count in
            count = max(0, pread(descriptor, buffer.baseAddress, buffer.count, 0))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
