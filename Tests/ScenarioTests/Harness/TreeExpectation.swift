import Testing

/// Expects that two trees are equal, and names what differs.
func expectEqual(
    _ left: DiskPath, _ right: DiskPath, times: Bool = true, ignoring ignored: [String] = [], _ comment: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let differences = try TreeComparison.differences(left, right, times: times, ignoring: ignored)
    #expect(differences == [], "\(comment) \(differences.joined(separator: "\n"))", sourceLocation: sourceLocation)
}
