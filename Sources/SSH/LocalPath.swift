import Glibc

/// Names of files on this machine.
public enum LocalPath {
    /// `~/x` below the home folder, as a shell has it.
    public static func expandingTilde(_ path: String) -> String {
        guard path.hasPrefix("~/") else { return path }
        return home + path.dropFirst()
    }

    /// This computer, as gethostname(2) tells it.
    static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static var home: String {
        if let value = getenv("HOME"), value.pointee != 0 { return String(cString: value) }
        guard let entry = getpwuid(getuid()), let folder = entry.pointee.pw_dir else { return "" }
        return String(cString: folder)
    }
}
