import Glibc

/// The mounts that the kernel knows (proc_pid_mountinfo(5)).
public enum MountTable {
    public struct Entry: Hashable, Sendable {
        public let mountpoint: String
        /// `fuse.syncctl`, `ext4`.
        public let type: String
        public let source: String
    }

    /// The topmost mount on a folder; reads the kernel's table and never touches the folder, which may hang.
    public static func entry(at mountpoint: String) -> Entry? {
        guard let file = fopen("/proc/self/mountinfo", "re") else { return nil }
        defer { fclose(file) }
        var found: Entry?
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        while getline(&line, &capacity, file) > 0, let text = line {
            if let entry = parse(String(cString: text)), entry.mountpoint == mountpoint { found = entry }
        }
        return found
    }

    /// `36 35 98:0 /root /mount/point rw,noatime master:1 - fuse.x source options`
    static func parse(_ line: String) -> Entry? {
        let fields = line.split(whereSeparator: { $0 == " " || $0 == "\n" })
        guard fields.count > 8, let dash = fields.firstIndex(of: "-"), dash + 2 < fields.count else { return nil }
        return Entry(
            mountpoint: unescaped(fields[4]), type: String(fields[dash + 1]), source: unescaped(fields[dash + 2]))
    }

    /// Space, tab, newline and backslash are written as `\` and three octal digits.
    private static func unescaped(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.count >= 3,
                let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Names of folders as the kernel's table writes them.
public enum MountPoint {
    /// Absolute, links in the parent resolved, the folder itself untouched: a dead mount there would not answer.
    public static func canonical(_ path: String) -> String {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        if !path.hasPrefix("/") {
            guard let buffer = getcwd(nil, 0) else { return path }
            defer { free(buffer) }
            path = String(cString: buffer) + (path == "." ? "" : "/" + path)
        }
        guard let slash = path.lastIndex(of: "/"), path != "/" else { return path }
        let parent = slash == path.startIndex ? "/" : String(path[..<slash])
        guard let resolved = realpath(parent, nil) else { return path }
        defer { free(resolved) }
        let folder = String(cString: resolved)
        return (folder == "/" ? "" : folder) + String(path[slash...])
    }
}
