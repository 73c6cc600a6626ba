import FileModel
import Foundation
import SyncCore
import Testing

@testable import SyncEngine

/// What a run would do about a path is told by the run's own comparison.
@Suite(.timeLimit(.minutes(1)))
struct ExplainTests {
    private func explain(
        _ bench: SyncBench, _ path: String, _ mode: SyncMode = .twoWay,
        _ change: (inout SyncOptions) -> Void = { _ in }
    ) async throws -> Explanation {
        let asked = try RemotePath(path)
        let report = await bench.run(mode) {
            $0.isDryRun = true
            $0.explainedPath = asked
            change(&$0)
        }
        return try #require(report.explanation, "\(String(describing: report.error))")
    }

    private func synced(_ files: [String]) async throws -> SyncBench {
        let bench = try await SyncBench()
        for file in files { try bench.write(file, "content of \(file)") }
        bench.wait()
        await bench.run()
        return bench
    }

    @Test func anEditAndAnUnchangedFile() async throws {
        let bench = try await synced(["x/a", "x/b"])
        try bench.write("x/a", "edited")
        bench.wait()
        let edit = try await explain(bench, "x/a")
        #expect(edit.finding?.changes == Sides(local: .modified, remote: .unchanged))
        #expect(edit.step?.action == .copy(from: .local, displaced: .superseded) && edit.step?.row == 2)
        let still = try await explain(bench, "x/b")
        #expect(still.step == nil && still.finding?.decision == Decision(.nothing, row: 1))
        #expect(try await bench.remoteTree()["x/a"] == "content of x/a", "nothing was done")
    }

    @Test func bothNamesOfARenameLeadToTheRename() async throws {
        let bench = try await synced(["old", "other"])
        try FileManager.default.moveItem(atPath: bench.local + "/old", toPath: bench.local + "/new")
        bench.wait()
        for name in ["old", "new"] {
            let step = try #require(try await explain(bench, name).step)
            #expect(step.action == .rename(on: .remote, thenCopyFrom: nil) && step.row == 19)
            #expect(step.renamed?.from.string == "old" && step.renamed?.to.string == "new")
        }
    }

    @Test func filtersAreNamedWithTheirLine() async throws {
        let bench = try await synced(["x/keep", "x/.syncignore", "log/a", "big"])
        try bench.write("x/.syncignore", "# notes\r\n*.bak\nno/\n")
        try bench.write("x/a.bak", "1")
        bench.wait()
        let ignored = try await explain(bench, "x/a.bak")
        #expect(ignored.finding?.exclusion == "line 2 of the ignore file in /x leaves it out: *.bak")
        let rule = try FilterRule("- log/")
        let below = try await explain(bench, "log/a") { $0.filter.rules = [rule] }
        #expect(below.finding?.path.string == "log")
        #expect(below.finding?.exclusion == "the rule '- log/' leaves it out")
        let large = try await explain(bench, "big") { $0.filter.maximumSize = 2 }
        #expect(large.finding?.exclusion == "it is larger than max_size on the local side")
    }

    @Test func whatNobodyHasAndWhatAGuardStops() async throws {
        let bench = try await synced((0..<40).map { "f\($0)" })
        let none = try await explain(bench, "not/there")
        #expect(none.finding == nil && none.step == nil && none.obstacle == nil)
        for number in 0..<39 { try bench.delete("f\(number)") }
        bench.wait()
        let deleted = try await explain(bench, "f3")
        #expect(deleted.step?.action == .remove(from: .remote) && deleted.step?.row == 9)
        #expect(deleted.obstacle?.isEmpty == false)
    }

    @Test func aFileStillChangingIsUnsettled() async throws {
        let bench = try await synced(["a"])
        try bench.write("a", "edited just now")
        let found = try await explain(bench, "a") { $0.filter.settle = .seconds(5) }
        #expect(found.step?.action == .skip(.unstable) && found.step?.row == 28)
    }

    @Test func everyRowHasASentence() {
        for row in 0...31 { #expect(DecisionRow.sentence(row)?.isEmpty == false, "row \(row)") }
        #expect(DecisionRow.sentence(32) == nil)
    }
}
