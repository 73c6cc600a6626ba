import Glibc

/// The processes of this machine as /proc shows them.
enum ProcessTree {
    /// All processes below `root`, children before their own children.
    static func descendants(of root: pid_t) -> [pid_t] {
        let children = childrenByParent()
        var found: [pid_t] = []
        var waiting = [root]
        while let parent = waiting.popLast() {
            found += children[parent] ?? []
            waiting += children[parent] ?? []
        }
        return found
    }

    static func children(of parent: pid_t) -> [pid_t] { childrenByParent()[parent] ?? [] }

    private static func childrenByParent() -> [pid_t: [pid_t]] {
        var children: [pid_t: [pid_t]] = [:]
        for name in LocalFiles.names(in: "/proc") {
            guard let pid = pid_t(name), let parent = parent(of: pid) else { continue }
            children[parent, default: []].append(pid)
        }
        return children
    }

    private static func parent(of pid: pid_t) -> pid_t? { status(of: pid).flatMap { pid_t($0[1]) } }

    /// Whether a process still executes: it exists, and not merely as a zombie that nobody has waited for.
    static func isRunning(_ pid: pid_t) -> Bool { status(of: pid).map { $0[0] != "Z" } ?? false }

    /// The third and following fields of /proc/PID/stat (proc(5)); the second one may hold spaces and parentheses.
    private static func status(of pid: pid_t) -> [Substring]? {
        guard let stat = try? LocalFiles.read("/proc/\(pid)/stat"), let end = stat.lastIndex(of: ")") else {
            return nil
        }
        let fields = stat[end...].split(separator: " ").dropFirst()
        return fields.count > 1 ? Array(fields) : nil
    }
}
