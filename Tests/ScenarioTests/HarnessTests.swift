import Glibc
import TestServers
import Testing

/// The scenarios are worth as much as what they compare with.
@Suite(.timeLimit(.minutes(1)))
struct HarnessTests {
    private let folder: TemporaryFolder
    private let tree: DiskPath

    init() throws {
        folder = try TemporaryFolder()
        tree = DiskPath(folder("tree"))
        try SampleTree(files: 120, bigFile: 3_000_000).build(at: tree)
    }

    @Test func aCopyIsEqual() throws {
        let copy = DiskPath(folder("copy"))
        try tree.copyTree(to: copy)
        #expect(try TreeComparison.differences(tree, copy) == [])
    }

    @Test func everyKindOfDifferenceShows() throws {
        let copy = DiskPath(folder("copy"))
        try tree.copyTree(to: copy)
        try (copy / "big.bin").overwrite([0xFF], at: 2_999_999)
        try (copy / "big.bin").setModified(SampleTree.modified)
        try (copy / "odd names" / "plain").append([1])
        try (copy / "odd names" / "--help").setModified(5)
        try (copy / "empty folder").removeDirectory()
        let differences = try TreeComparison.differences(tree, copy)
        #expect(differences.count == 4, "\(differences)")
        #expect(differences.contains("\(tree / "big.bin"): differs at byte 2999999"))
    }

    @Test func theSameEditsKeepTreesEqual() throws {
        let copy = DiskPath(folder("copy"))
        try SampleTree(files: 600, bigFile: 3_000_000).build(at: copy)
        try TreeEdits.apply(to: copy)
        let other = DiskPath(folder("other"))
        try SampleTree(files: 600, bigFile: 3_000_000).build(at: other)
        #expect(try TreeComparison.differences(copy, other).count > 10)
        try TreeEdits.apply(to: other)
        #expect(try TreeComparison.differences(copy, other, times: false) == [])
    }

    @Test func hangingWorkIsEnded() async throws {
        let (hold, release) = try Self.pipe()
        await #expect(throws: TookTooLong.self) {
            try await blocking(within: .milliseconds(50), onTimeout: { close(release) }) {
                var byte: UInt8 = 0
                _ = read(hold, &byte, 1)
            }
        }
        close(hold)
    }

    @Test func theProgramWasBuilt() {
        #expect(DiskPath(Program.path).exists, "\(Program.path)")
    }

    private static func pipe() throws -> (CInt, CInt) {
        var ends: [CInt] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw SystemError("pipe", code: errno) }
        return (ends[0], ends[1])
    }
}
