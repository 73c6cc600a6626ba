import Glibc
import TestServers
import Testing

/// Looks for a secret where none may be.
enum SecretSearch {
    /// Files below a folder whose content or name holds the word, and links that lead to it.
    static func files(holding word: String, below folder: DiskPath) throws -> [String] {
        var found: [String] = []
        for name in try folder.names() {
            let path = folder / name
            if holds(name, word) { found.append("the name \(path)") }
            switch try path.status().st_mode & S_IFMT {
            case S_IFDIR: found += try files(holding: word, below: path)
            case S_IFREG: if holds(try path.read(), word) { found.append("\(path)") }
            default: break
            }
        }
        return found
    }

    /// Command lines of this machine's processes that hold both words.
    static func commandLines(holding word: String, and other: String) throws -> [String] {
        try DiskPath("/proc").names().filter { $0.allSatisfy { (48...57).contains($0) } }.compactMap { process in
            guard let bytes = try? (DiskPath("/proc") / process / "cmdline").read() else { return nil }
            let line = String(decoding: bytes.map { $0 == 0 ? 32 : $0 }, as: UTF8.self)
            return line.contains(word) && line.contains(other) ? line : nil
        }
    }

    private static func holds(_ bytes: [UInt8], _ word: String) -> Bool {
        String(decoding: bytes, as: UTF8.self).contains(word)
    }
}
