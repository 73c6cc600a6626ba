/// One row of the tables.
protocol Workload: Sendable {
    /// On the command line and in JSON.
    var name: String { get }
    /// In tables.
    var title: String { get }
    /// Chosen by the name of the room on the command line.
    static var room: String { get }
    var targets: Targets { get }

    /// Makes the data that all trials share, and says who takes part; empty where the row makes no sense.
    func entrants(on stage: Stage) async throws -> [Entrant]
}

/// A contestant on its place.
struct Entrant: Sendable {
    let contestant: Contestant
    /// Does the work once and checks the result.
    let trial: @Sendable (_ round: Int) async throws -> Measurement
}

/// All rows, in the order of the tables.
enum Workloads {
    static let all: [any Workload] = MountWorkload.all + FreshTransfer.all + SteadyState.all

    static let rooms = [MountWorkload.room, FreshTransfer.room]

    /// - Parameter words: names of rows or rooms; none is all.
    /// - Returns: nil when a word is neither.
    static func chosen(by words: [String]) -> [any Workload]? {
        guard !words.isEmpty else { return all }
        let known = all.flatMap { [$0.name, type(of: $0).room] }
        guard words.allSatisfy(known.contains) else { return nil }
        return all.filter { words.contains($0.name) || words.contains(type(of: $0).room) }
    }
}
