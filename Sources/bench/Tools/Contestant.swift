/// Who takes part in a row.
struct Contestant: Hashable, Codable, Sendable {
    enum Role: String, Codable, Sendable {
        case ours
        /// Ratios are taken to the best of these.
        case peer
        /// Shown for orientation; speaks another protocol or does another job.
        case reference
    }

    let name: String
    let role: Role

    static func ours(_ name: String = "syncctl") -> Contestant { Contestant(name: name, role: .ours) }
    static func peer(_ name: String) -> Contestant { Contestant(name: name, role: .peer) }
    static func reference(_ name: String) -> Contestant { Contestant(name: name, role: .reference) }
}
