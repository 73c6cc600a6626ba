import Glibc
import Testing

@testable import bench

@Suite struct WorkloadTests {
    @Test func namesAreUnique() {
        #expect(Set(Workloads.all.map(\.name)).count == Workloads.all.count)
    }

    @Test func rowsAreChosenByNameOrRoom() {
        #expect(Workloads.chosen(by: ["list", "push-big"])?.map(\.name) == ["list", "push-big"])
        #expect(Workloads.chosen(by: ["sync"])?.count == FreshTransfer.all.count + SteadyState.all.count)
        #expect(Workloads.chosen(by: ["lists"]) == nil)
    }

    @Test func stampsTellFilesAndPlacesApart() {
        let content = StampedContent(name: "f000001")
        var bytes = [UInt8](repeating: 0, count: 10_000)
        #expect(!bytes.withUnsafeBytes { content.isRight($0, from: 3) })
        bytes.withUnsafeMutableBytes { content.fill($0, from: 3) }
        #expect(bytes.withUnsafeBytes { content.isRight($0, from: 3) })
        #expect(!bytes.withUnsafeBytes { content.isRight($0, from: 4) })
        #expect(!bytes.withUnsafeBytes { StampedContent(name: "f000002").isRight($0, from: 3) })
        #expect(!bytes.withUnsafeBytes { StampedContent(name: "f000001", version: 1).isRight($0, from: 3) })
    }

    @Test func treesAreComparedByTheirBytes() throws {
        let work = try WorkFolder()
        let shape = TreeShape(folders: 2, files: 4, fileSize: 5000)
        for name in ["a", "b"] { try Tree.make(shape, at: work(name), owner: getuid(), modified: Dataset.modified) }
        #expect(TreeComparison.difference(work("a"), work("b")) == nil)
        try StampedFile.write(work("b/\(shape.path(2))"), size: 5000, version: 1)
        #expect(TreeComparison.difference(work("a"), work("b")) == "\(shape.path(2)) has other contents")
        Disk.remove(work("b/\(shape.path(2))"))
        #expect(TreeComparison.difference(work("a"), work("b"))?.contains("is missing") == true)
    }

    @Test func aCommandThatHangsIsKilled() async throws {
        let work = try WorkFolder()
        let stopwatch = Stopwatch(limit: .milliseconds(100), folder: work.path)
        await #expect(throws: TrialFailure.overLimit(0.1)) {
            _ = try await stopwatch.measure(CommandLine("sleep", "1000"))
        }
    }

    @Test func aCommandThatFailsHasNoTime() async throws {
        let work = try WorkFolder()
        let stopwatch = Stopwatch(limit: .seconds(20), folder: work.path)
        await #expect(throws: TrialFailure.wrong("exit 3: bad")) {
            _ = try await stopwatch.measure(CommandLine("sh", "-c", "echo bad >&2; exit 3"))
        }
    }
}
