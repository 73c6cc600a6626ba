import Glibc

/// What the kernel tells about running processes (proc(5)).
enum ProcessTable {
    /// The leader of a process group and all of its descendants, as far as they can still be seen.
    ///
    /// sshfs leaves its ssh an orphan at once; we are its subreaper, and know it by its group.
    static func tree(of root: pid_t) -> [pid_t] {
        var found = [root] + children(of: getpid()).filter { $0 != root && getpgid($0) == root }
        var index = 0
        while index < found.count {
            found += children(of: found[index])
            index += 1
        }
        return found
    }

    /// Each thread has a list of the children that it started.
    private static func children(of pid: pid_t) -> [pid_t] {
        Disk.names(in: "/proc/\(pid)/task").flatMap { thread in
            (Disk.text("/proc/\(pid)/task/\(thread)/children") ?? "").split(separator: " ").compactMap { pid_t($0) }
        }
    }

    /// User and system time of a process tree in seconds, with that of children waited for.
    static func cpu(ofTree root: pid_t) -> Double {
        let ticks = tree(of: root).compactMap { Disk.text("/proc/\($0)/stat").flatMap(ticks(inStat:)) }.reduce(0, +)
        return Double(ticks) / Double(sysconf(CInt(_SC_CLK_TCK)))
    }

    /// utime + stime + cutime + cstime: fields 14 to 17. The second field may hold spaces and parentheses.
    static func ticks(inStat text: String) -> Int? {
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[end...].split(separator: " ")
        guard fields.count > 15 else { return nil }
        return fields[12...15].compactMap { Int($0) }.reduce(0, +)
    }

    /// What all processors have worked since the machine started, in seconds.
    static func busyTime() -> Double {
        Double(busyTicks(inStat: Disk.text("/proc/stat") ?? "")) / Double(sysconf(CInt(_SC_CLK_TCK)))
    }

    /// The first line: user, nice, system, idle, iowait, irq, softirq, steal, and guests, whose time is in user.
    static func busyTicks(inStat text: String) -> Int {
        let fields = text.prefix { $0 != "\n" }.split(separator: " ").dropFirst().prefix(8).compactMap { Int($0) }
        return fields.enumerated().reduce(0) { sum, field in [3, 4].contains(field.offset) ? sum : sum + field.element }
    }

    /// The high-water mark of resident memory in bytes; nil when the process is gone.
    static func peakMemory(of pid: pid_t) -> Int? {
        Disk.text("/proc/\(pid)/status").flatMap(peakMemory(inStatus:))
    }

    static func peakMemory(inStatus text: String) -> Int? {
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }) else { return nil }
        return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
    }
}

/// Peak memory of a process tree, by looking again and again.
///
/// `ru_maxrss` would not do: a program started by vfork(2) and exec(3) inherits the mark of its parent, and only the
/// largest process of a tree counts in it.
struct MemoryWatch {
    private var peaks: [pid_t: Int] = [:]

    mutating func look(at root: pid_t) {
        for pid in ProcessTable.tree(of: root) {
            if let peak = ProcessTable.peakMemory(of: pid) { peaks[pid] = max(peaks[pid] ?? 0, peak) }
        }
    }

    var total: Int { peaks.values.reduce(0, +) }
}
