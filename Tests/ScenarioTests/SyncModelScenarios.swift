import TestServers
import Testing
import SeededRandom

extension Scenarios {
    /// Random edits on both sides of real servers, runs and killed runs, and the laws that hold after each.
    ///
    /// `REMORA_HISTORIES` asks for more histories; `REMORA_SEED` repeats one on both servers.
    @Suite(.timeLimit(.minutes(120)))
    struct SyncModelScenarios {
        static let histories = SeededGenerator.seeds(20)

        /// Even ones on OpenSSH, odd ones on ProFTPD.
        @Test func nothingIsLostOnRealServers() async throws {
            var killed = 0
            for (number, seed) in Self.histories.enumerated() {
                let kinds: [SiteKind] = Self.histories.count == 1 ? [.sftp, .ftp] : [number % 2 == 0 ? .sftp : .ftp]
                for kind in kinds { killed += try await play(kind, seed) }
            }
            print("\(Self.histories.count) histories, \(killed) runs killed under way")
            if Self.histories.count >= 20 { #expect(killed >= Self.histories.count / 4, "kills come too late") }
        }

        /// - Returns: how many runs were killed under way.
        private func play(_ kind: SiteKind, _ seed: UInt64) async throws -> Int {
            print("sync history on \(kind), REMORA_SEED=\(seed)")
            var history = try await SyncHistory(kind, seed: seed)
            for round in 0..<4 {
                try history.edit()
                if round > 0, Bool.random(using: &history.generator) {
                    let delay = Int.random(in: 10..<500, using: &history.generator)
                    try await history.runKilled(after: .milliseconds(delay))
                    if Bool.random(using: &history.generator) { try history.edit() }
                }
                try await history.converge("round \(round)")
            }
            return history.killed
        }
    }
}
