import FileModel
import Glibc
import Transport

/// One known_hosts file on disk.
struct KnownHostsFile {
    private let path: String

    init(_ path: String) { self.path = LocalPath.expandingTilde(path) }

    /// Its contents; nil when there is no such file.
    ///
    /// - Throws: `.configuration` when it cannot be read.
    func text() throws(StorageError) -> String? {
        guard let file = fopen(path, "re") else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw failure("read", errno)
        }
        defer { fclose(file) }
        return try read(file)
    }

    private func read(_ file: UnsafeMutablePointer<FILE>) throws(StorageError) -> String {
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&block, 1, block.count, file)
            bytes += block[..<count]
            if count < block.count { break }
        }
        if ferror(file) != 0 { throw failure("read", errno) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Adds a server's key at the end, unless another process just did.
    ///
    /// - Throws: `.configuration` when the file cannot be written.
    func add(_ key: HostKey, _ endpoint: Endpoint) throws(StorageError) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        mkdir(folder, 0o700)
        guard let file = fopen(path, "a+e") else { throw failure("write", errno) }
        defer { fclose(file) }
        flock(fileno(file), LOCK_EX)
        chmodIfNew(file)
        rewind(file)
        let text = try read(file)
        let line = "\(KnownHosts.name(host: endpoint.host, port: endpoint.port)) \(key.type) \(key.base64)\n"
        if text.contains(line) { return }
        let separator = text.isEmpty || text.hasSuffix("\n") ? "" : "\n"
        fseek(file, 0, SEEK_END)
        guard fputs(separator + line, file) >= 0, fflush(file) == 0 else { throw failure("write", errno) }
    }

    private func chmodIfNew(_ file: UnsafeMutablePointer<FILE>) {
        var status = stat()
        if fstat(fileno(file), &status) == 0, status.st_size == 0 { fchmod(fileno(file), 0o600) }
    }

    private func failure(_ verb: String, _ code: CInt) -> StorageError {
        StorageError(.configuration, "cannot \(verb) \(path): \(String(cString: strerror(code)))")
    }
}
