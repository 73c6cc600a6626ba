import Synchronization

/// Everything that workloads on one line need.
final class Stage: Sendable {
    let site: Site
    let scale: Scale
    let programs: Programs
    let work: WorkFolder
    let stopwatch: Stopwatch
    /// Sources on the local disk.
    let local: Dataset
    /// Files of the server.
    let remote: Dataset
    private let trials = Atomic(0)

    init(site: Site, scale: Scale, programs: Programs, work: WorkFolder, limit: Duration, local: Dataset) {
        self.site = site
        self.scale = scale
        self.programs = programs
        self.work = work
        self.local = local
        stopwatch = Stopwatch(limit: limit, folder: work.path)
        remote = Dataset(root: site.server.root, owner: site.server.ownerID)
    }

    /// A name that no other trial on this line has.
    func newName() -> String { "t\(trials.add(1, ordering: .relaxed).newValue)" }

    /// What the last command printed.
    var output: String { Disk.text(stopwatch.outputFile) ?? "" }

    func reader(_ operation: Work.Operation, _ path: String, _ more: String...) -> CommandLine {
        CommandLine([programs.bench, "work", operation.rawValue, path] + more)
    }
}

/// Fails the trial unless `condition` holds.
func require(_ condition: Bool, _ otherwise: @autoclosure () -> String) throws(TrialFailure) {
    if !condition { throw .wrong(otherwise()) }
}

func requireSame(_ expected: String, _ found: String) throws(TrialFailure) {
    if let difference = TreeComparison.difference(expected, found) { throw .wrong(difference) }
}
