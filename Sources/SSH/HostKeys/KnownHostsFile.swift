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
        return String(decoding: try read(file), as: UTF8.self)
    }

    private func read(_ file: UnsafeMutablePointer<FILE>) throws(StorageError) -> [UInt8] {
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&block, 1, block.count, file)
            bytes += block[..<count]
            if count < block.count { break }
        }
        if ferror(file) != 0 { throw failure("read", errno) }
        return bytes
    }

    /// Adds a server's key at the end, unless it stands there. Makes the file (0600) and its folder (0700) if need be.
    ///
    /// - Throws: `.configuration` when the file cannot be written.
    func add(_ key: HostKey, _ name: Endpoint) throws(StorageError) {
        makeFolder()
        let line = Array("\(KnownHosts.name(host: name.host, port: name.port)) \(key.type) \(key.base64)".utf8)
        try edit { bytes in
            if bytes.split(separator: 10).contains(where: { $0.elementsEqual(line) }) { return bytes }
            return bytes + (bytes.isEmpty || bytes.last == 10 ? [] : [10]) + line + [10]
        }
    }

    /// Removes the line of a server's old key.
    ///
    /// - Throws: `.configuration` when the line is not in this file, or holds for other servers too.
    func remove(_ old: KnownHostKey, of name: Endpoint) throws(StorageError) {
        let known = KnownHosts.name(host: name.host, port: name.port)
        let refusal = StorageError(
            .configuration, "the old key of \(known) at \(old.location) has to be removed by hand")
        guard let line = Int(old.location.split(separator: ":").last ?? ""),
            LocalPath.expandingTilde(String(old.location.dropLast("\(line)".count + 1))) == path
        else { throw refusal }
        try edit { bytes throws(StorageError) in
            var lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
            guard lines.indices.contains(line - 1) else { throw refusal }
            let names = lines[line - 1].prefix { $0 != 32 && $0 != 9 }
            guard names.elementsEqual(known.utf8) || names.first == UInt8(ascii: "|") else { throw refusal }
            lines.remove(at: line - 1)
            return Array(lines.joined(separator: [10]))
        }
    }

    /// Changes the file under a lock that all processes of ours take. What is there is kept until all is written: lines
    /// are added in place, and anything else takes the place of the whole file in one step.
    private func edit(_ change: ([UInt8]) throws(StorageError) -> [UInt8]) throws(StorageError) {
        let file = try openLocked()
        defer { fclose(file) }
        let old = try read(file)
        let new = try change(old)
        if new == old { return }
        guard new.starts(with: old) else { return try replace(new, modeOf: fileno(file)) }
        guard Self.write(new[old.count...], to: file) else { throw failure("write", errno) }
    }

    private func openLocked() throws(StorageError) -> UnsafeMutablePointer<FILE> {
        while true {
            let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            guard descriptor >= 0, let file = fdopen(descriptor, "a+") else { throw failure("write", errno) }
            flock(descriptor, LOCK_EX)
            var (mine, present) = (stat(), stat())
            // Whoever had the lock before may have put another file there.
            if fstat(descriptor, &mine) == 0, stat(path, &present) == 0, mine.st_ino == present.st_ino { return file }
            fclose(file)
        }
    }

    private static func write(_ bytes: ArraySlice<UInt8>, to file: UnsafeMutablePointer<FILE>) -> Bool {
        bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) } == bytes.count && fflush(file) == 0
    }

    private func replace(_ bytes: [UInt8], modeOf descriptor: CInt) throws(StorageError) {
        let temporary = "\(path).\(getpid()).new"
        var status = stat()
        guard fstat(descriptor, &status) == 0, let file = fopen(temporary, "wxe") else { throw failure("write", errno) }
        fchmod(fileno(file), status.st_mode & 0o777)
        let isWritten = Self.write(bytes[...], to: file) && fsync(fileno(file)) == 0
        fclose(file)
        guard isWritten, rename(temporary, path) == 0 else {
            let code = errno
            unlink(temporary)
            throw failure("write", code)
        }
    }

    private func makeFolder() {
        var end = path.startIndex
        while let slash = path[end...].dropFirst().firstIndex(of: "/") {
            mkdir(String(path[..<slash]), 0o700)
            end = slash
        }
    }

    private func failure(_ verb: String, _ code: CInt) -> StorageError {
        let remedy =
            verb == "write" && (code == EACCES || code == EROFS || code == EPERM)
            ? ": put a file that can be written first in known_hosts" : ""
        return StorageError(.configuration, "cannot \(verb) \(path): \(String(cString: strerror(code)))\(remedy)")
    }
}
