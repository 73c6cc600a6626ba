/// Lets the contestants of a row run in turns: A B C, A B C, ….
struct Contest: Sendable {
    let rounds: Int
    /// Names of those who may take part; empty is all.
    let names: Set<String>
    let progress: Progress

    /// - Returns: nil when the row makes no sense on this line.
    func row(_ workload: any Workload, on stage: Stage) async -> RowResult? {
        progress.began(workload.title)
        var row = RowResult(
            wire: stage.site.line.wire, roundTrip: stage.site.line.roundTrip,
            room: type(of: workload).room, workload: workload.name,
            title: workload.title, target: workload.targets.on(stage.site.line), entries: [])
        do {
            let entrants = try await workload.entrants(on: stage).filter { isAdmitted($0.contestant) }
            guard !entrants.isEmpty else { return nil }
            row.entries = entrants.map { Entry(contestant: $0.contestant) }
            for round in 1...rounds { await run(entrants, round, &row) }
        } catch {
            progress.say("  \(error)")
        }
        return row
    }

    private func isAdmitted(_ contestant: Contestant) -> Bool {
        names.isEmpty || names.contains(contestant.name) || (contestant.role == .ours && names.contains("syncctl"))
    }

    private func run(_ entrants: [Entrant], _ round: Int, _ row: inout RowResult) async {
        // Who failed once does not run again.
        for (index, entrant) in entrants.enumerated() where row.entries[index].failure == nil {
            do {
                let measurement = try await entrant.trial(round)
                row.entries[index].trials.append(measurement)
                progress.ran(entrant.contestant, measurement)
            } catch {
                row.entries[index].failure = "\(error)"
                if case TrialFailure.overLimit = error { row.entries[index].isOverLimit = true }
                progress.failed(entrant.contestant, "\(error)")
            }
        }
    }
}
