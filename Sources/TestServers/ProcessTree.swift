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

    /// The fourth field of /proc/PID/stat (proc(5)); the second one may hold spaces and parentheses.
    private static func parent(of pid: pid_t) -> pid_t? {
        guard let stat = try? LocalFiles.read("/proc/\(pid)/stat"), let end = stat.lastIndex(of: ")") else {
            return nil
        }
        let fields = stat[end...].split(separator: " ")
        return fields.count > 2 ? pid_t(fields[2]) : nil
    }
}
