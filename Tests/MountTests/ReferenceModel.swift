import Glibc
import SeededRandom

/// Two folders to which the same operations are done; runs on one thread.
final class ReferenceModel {
    private let mount: String
    private let local: String
    private let hasPermissions: Bool
    var generator: SeededGenerator
    private var open: [(mount: CInt, local: CInt)] = []
    private var differences: [String] = []
    private var history: [String] = []
    private var isComparing = false

    private static let names = ["a", "b", "c", "d e", "ü"]

    init(mount: String, local: String, seed: UInt64, hasPermissions: Bool) {
        self.mount = mount
        self.local = local
        self.hasPermissions = hasPermissions
        generator = SeededGenerator(seed: seed)
    }

    /// - Returns: the first difference with the operations before it; nothing when all agreed.
    func run(_ count: Int) -> [String] {
        for _ in 0..<count where differences.isEmpty { step() }
        for pair in open {
            both(
                "close",
                {
                    try Files.close($0); return true
                }, pair)
        }
        open = []
        compareTrees("")
        return differences.isEmpty ? [] : history.suffix(25) + differences
    }

    private func step() {
        switch number(100) {
        case 0..<14: store()
        case 14..<30: writeOpen()
        case 30..<42: readOpen()
        case 42..<52: openFile()
        case 52..<60: closeFile()
        case 60..<66: onPath("truncate") { [size = number(400_000)] in try check(truncate($0, off_t(size))) }
        case 66..<71: onPath("mkdir") { try check(mkdir($0, 0o755)) }
        case 71..<74: removeDirectory()
        case 74..<80: onPath("unlink") { try check(unlink($0)) }
        case 80..<88: renamePath()
        case 88..<90: compareTrees("")
        case 90..<93: truncateOpen()
        case 93..<96: setTime()
        case 96..<98 where hasPermissions: onPath("chmod") { try check(chmod($0, 0o751)) }
        default: readPath()
        }
    }

    func number(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &generator) }

    private func path() -> String {
        let depth = [1, 1, 2, 2, 3][number(5)]
        return (0..<depth).map { _ in Self.names[number(Self.names.count)] }.joined(separator: "/")
    }

    private func bytes() -> [UInt8] {
        let size = [0, 1, 100, 5000, 70_000, 300_000][number(6)]
        return [UInt8](repeating: UInt8(number(256)), count: size + number(10))
    }

    /// Does one thing on both sides and compares what came of it.
    @discardableResult
    private func both<Side, Value: Equatable>(
        _ name: String, _ body: (Side) throws -> Value, _ sides: (mount: Side, local: Side)
    ) -> Bool {
        let results = (outcome(body, sides.mount), outcome(body, sides.local))
        if !isComparing { history.append("\(name): \(results.1.short)") }
        if results.0 != results.1 {
            differences.append("\(name): mount \(results.0), local \(results.1)".prefix(600).description)
        }
        return results.0.isSuccess && results.1.isSuccess
    }

    private func outcome<Side, Value: Equatable>(_ body: (Side) throws -> Value, _ side: Side) -> Outcome<Value> {
        do { return .value(try body(side)) } catch { return .failure("\(error)") }
    }

    private func onPath<Value: Equatable>(_ name: String, _ body: (String) throws -> Value) {
        let path = path()
        both("\(name) \(path)", body, ("\(mount)/\(path)", "\(local)/\(path)"))
    }

    private func store() {
        let content = bytes()
        let flags = [O_TRUNC, O_APPEND, O_EXCL, 0][number(4)] | O_WRONLY | O_CREAT
        onPath("store \(content.count) flags \(flags)") {
            try Files.store($0, content, flags)
            return true
        }
    }

    private func readPath() {
        onPath("read") { Runs(try Files.content($0)) }
    }

    private func openFile() {
        guard open.count < 4 else { return closeFile() }
        let path = path()
        let flags = [O_RDWR, O_RDWR | O_CREAT, O_RDWR | O_APPEND, O_RDWR | O_CREAT | O_TRUNC][number(4)]
        var descriptors: [CInt] = []
        let succeeded = both(
            "open \(path) flags \(flags)",
            {
                descriptors.append(try Files.open($0, flags)); return true
            },
            ("\(mount)/\(path)", "\(local)/\(path)"))
        if succeeded {
            open.append((descriptors[0], descriptors[1]))
        } else {
            for descriptor in descriptors { close(descriptor) }
        }
    }

    private func closeFile() {
        guard !open.isEmpty else { return }
        let pair = open.remove(at: number(open.count))
        both(
            "close",
            {
                try Files.close($0); return true
            }, pair)
    }

    private func onOpen<Value: Equatable>(_ name: String, _ body: (CInt) throws -> Value) {
        guard !open.isEmpty else { return }
        let index = number(open.count)
        both("\(name) #\(index)", body, open[index])
    }

    private func writeOpen() {
        let (content, offset) = (bytes(), number(300_000))
        onOpen("write \(content.count) at \(offset)") {
            try Files.write($0, content, at: offset)
            return try Files.status($0).st_size
        }
    }

    private func readOpen() {
        let (offset, count) = (number(300_000), number(200_000))
        onOpen("read \(count) at \(offset)") { Runs(try Files.read($0, at: offset, count: count)) }
    }

    private func truncateOpen() {
        let size = number(300_000)
        onOpen("ftruncate \(size)") { try check(ftruncate($0, off_t(size))) }
    }

    private func setTime() {
        let seconds = 1_000_000_000 + number(1_000_000)
        onPath("utimens") {
            try Files.setTime($0, seconds: seconds)
            return try Files.status($0).st_mtim.tv_sec
        }
    }

    /// A hidden file of an open, removed one may keep its directory from being removed or replaced; so nothing is open then.
    private func closeAll() {
        while !open.isEmpty { closeFile() }
    }

    private func removeDirectory() {
        closeAll()
        onPath("rmdir") { try check(rmdir($0)) }
    }

    private func renamePath() {
        let (source, target) = (path(), path())
        if let status = try? Files.status("\(local)/\(target)"), status.st_mode & S_IFMT == S_IFDIR { closeAll() }
        both(
            "rename \(source) to \(target)", { try check(rename("\($0)/\(source)", "\($0)/\(target)")) },
            (mount, local))
    }

    private func compareTrees(_ folder: String) {
        let wasComparing = isComparing
        isComparing = true
        defer { isComparing = wasComparing }
        let sides = ("\(mount)/\(folder)", "\(local)/\(folder)")
        guard both("list \(folder)", { try Files.names($0) }, sides) else { return }
        for name in (try? Files.names(sides.1)) ?? [] where differences.isEmpty {
            let path = folder.isEmpty ? name : "\(folder)/\(name)"
            both("stat \(path)", { try Summary("\($0)/\(path)", withMode: hasPermissions) }, (mount, local))
            var isDirectory = false
            if let status = try? Files.status("\(local)/\(path)") { isDirectory = status.st_mode & S_IFMT == S_IFDIR }
            if isDirectory {
                compareTrees(path)
            } else {
                both("content \(path)", { Runs(try Files.content("\($0)/\(path)")) }, (mount, local))
            }
        }
    }

    private enum Outcome<Value: Equatable>: Equatable {
        case value(Value)
        case failure(String)

        var isSuccess: Bool { if case .value = self { true } else { false } }

        var short: String { if case .failure(let text) = self { text } else { "ok" } }
    }

    /// Content as runs of equal bytes: short to print, and what the operations write.
    private struct Runs: Equatable, CustomStringConvertible {
        private let bytes: [UInt8]

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        var description: String {
            var runs: [(byte: UInt8, count: Int)] = []
            for byte in bytes {
                if runs.last?.byte == byte { runs[runs.count - 1].count += 1 } else { runs.append((byte, 1)) }
            }
            return runs.map { "\($0.count)x\($0.byte)" }.joined(separator: " ")
        }
    }

    /// What of stat(2) must agree.
    private struct Summary: Equatable {
        let type: mode_t
        let permissions: mode_t
        let size: off_t
        let links: nlink_t

        init(_ path: String, withMode: Bool) throws {
            let status = try Files.status(path)
            type = status.st_mode & S_IFMT
            let isFile = type == S_IFREG
            permissions = withMode ? status.st_mode & 0o7777 : 0
            size = isFile ? status.st_size : 0
            links = isFile ? status.st_nlink : 0
        }
    }
}
