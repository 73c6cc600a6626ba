import Glibc

/// The input under test in a file, which stays behind when a parser crashes the process.
final class InputRecord {
    let path: String
    private let descriptor: CInt

    init(_ name: String) {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let plain = name.map { $0.isASCII && $0.isLetter ? $0 : "-" }
        path = "\(folder)/remora-fuzz-\(String(plain))-\(getpid()).input"
        descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    }

    deinit {
        close(descriptor)
        unlink(path)
    }

    func write(_ input: [UInt8]) {
        _ = input.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        ftruncate(descriptor, off_t(input.count))
    }
}
