import Glibc

/// Names of files on this machine.
enum LocalPath {
    /// `~/x` below the home folder, as a shell has it.
    static func expandingTilde(_ path: String) -> String {
        guard path.hasPrefix("~/") else { return path }
        return home + path.dropFirst()
    }

    private static var home: String {
        if let value = getenv("HOME"), value.pointee != 0 { return String(cString: value) }
        guard let entry = getpwuid(getuid()), let folder = entry.pointee.pw_dir else { return "" }
        return String(cString: folder)
    }
}
