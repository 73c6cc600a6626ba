import FoundationEssentials
import Glibc
import TestServers

/// Where and with what the figures were taken.
struct Machine: Codable, Sendable {
    var processor = "unknown processor"
    var cores = sysconf(CInt(_SC_NPROCESSORS_ONLN))
    var memory = ""
    var kernel = ""
    /// Type of the file system that holds all files.
    var fileSystem = ""
    /// First lines of what the programs say about their versions.
    var programs: [String] = []
    /// Processes that wanted to run when the measurement began: above one or two, others disturb it.
    var load = ""

    static func look(workFolder: String) async -> Machine {
        var machine = Machine()
        if let line = line("/proc/cpuinfo", "model name"), let colon = line.firstIndex(of: ":") {
            machine.processor = String(line[line.index(colon, offsetBy: 2)...])
        }
        let kilobytes = line("/proc/meminfo", "MemTotal")?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        machine.memory = "\(((kilobytes ?? 0) + 524_288) >> 20) GiB"
        machine.kernel = firstLine(Disk.text("/proc/sys/kernel/osrelease") ?? "")
        machine.load = (Disk.text("/proc/loadavg") ?? "").split(separator: " ").first.map(String.init) ?? ""
        machine.fileSystem = await said(["df", "--output=fstype", workFolder]).last ?? ""
        for question in questions {
            let lines = await said(question)
            let answer = lines.first { $0.lowercased().contains(question[0]) } ?? lines.first
            if let answer { machine.programs.append(answer) }
        }
        return machine
    }

    private static let questions = [
        ["sshfs", "--version"], ["rclone", "version"], ["lftp", "--version"], ["rsync", "--version"],
        ["unison", "-version"], ["ssh", "-V"], ["proftpd", "-v"],
    ]

    private static func said(_ command: [String]) async -> [String] {
        guard let result = try? await run(command, within: .seconds(10)), result.succeeded else { return [] }
        return (result.output + result.errors).split(separator: "\n").map(String.init)
    }

    private static func firstLine(_ text: String) -> String { text.split(separator: "\n").first.map(String.init) ?? "" }

    private static func line(_ file: String, _ prefix: String) -> String? {
        (Disk.text(file) ?? "").split(separator: "\n").first { $0.hasPrefix(prefix) }.map(String.init)
    }

    var text: String {
        """
        Machine: \(processor), \(cores) cores, \(memory), Linux \(kernel), files on \(fileSystem), load \(load)
        Programs: \(programs.joined(separator: "; "))

        """
    }
}
