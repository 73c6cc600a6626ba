import Glibc
import RemoteFileSystem
import Testing

@testable import FuseAdapter

/// Random operations on the mount and on a local folder in lock-step: contents, attributes and errors must agree.
@Suite(.timeLimit(.minutes(60)), .serialized)
struct ReferenceModelTests {
    @Test(arguments: styles, [false, true])
    func theMountBehavesAsALocalFolder(style: InMemoryRemote.Style, writesBack: Bool) async throws {
        let seed = UInt64(getenv("REMORA_SEED").flatMap { UInt64(String(cString: $0)) } ?? 20_261_121)
        let count = getenv("REMORA_OPERATIONS").flatMap { Int(String(cString: $0)) } ?? 2000
        let (local, journal) = (try TestFolder(), try TestFolder())
        try await MountFixture.with(style, limit: 60 + count / 40, journal: writesBack ? journal.path : nil) { mount in
            let differences = try await blocking { () -> [String] in
                let model = ReferenceModel(
                    mount: mount.path, local: local.path, seed: seed, hasPermissions: style == .randomAccess)
                return model.run(count)
            }
            #expect(differences.isEmpty, "seed \(seed): \(differences.joined(separator: "\n"))")
        }
        _ = try await blocking { try runShell("rm -rf \(local.path)/* \(journal.path)/*") }
    }
}
