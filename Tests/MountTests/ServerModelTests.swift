import FileModel
import Glibc
import TestServers
import Testing

/// The reference model on real servers: random operations on the mount and on a local folder in lock-step.
///
/// `REMORA_SEED` repeats a run, `REMORA_OPERATIONS` changes its length (make soak).
@Suite(.timeLimit(.minutes(600)), .serialized)
struct ServerModelTests {
    @Test(arguments: [Site.sftp, .ftp], ["through", "back"])
    func theMountOfAServerBehavesAsALocalFolder(site: Site, write: String) async throws {
        let seed = Environment.seed
        let count = Environment.number("REMORA_OPERATIONS") ?? (write == "back" ? 4000 : 10_000)
        print("reference model on \(site), write = \(write): \(count) operations, seed \(seed)")
        let mount = try await ServerMount(site, options: ["write=\(write)"])
        let local = try TemporaryFolder()
        let differences = try await mount.work(within: 120 + count / 20) { [path = mount.path] in
            ReferenceModel(mount: path, local: local.path, seed: seed, hasPermissions: site == .sftp).run(count)
        }
        #expect(differences.isEmpty, "seed \(seed): \(differences.joined(separator: "\n")) \(mount.errors)")
        #expect(try await mount.unmount() == .exited(0), "\(mount.errors)")
        let remains = try await run(["diff", "-r", mount.server.root, local.path])
        #expect(remains.succeeded, "the server has what the folder has: \(remains.output) \(mount.errors)")
    }
}

enum Environment {
    static func number(_ name: String) -> Int? { getenv(name).flatMap { Int(String(cString: $0)) } }

    /// `REMORA_SEED`, or another one every time.
    static var seed: UInt64 {
        getenv("REMORA_SEED").flatMap { UInt64(String(cString: $0)) } ?? UInt64.random(in: 0 ... .max)
    }

    /// Whether what takes minutes is wanted, too: make soak.
    static var isSoak: Bool { number("REMORA_SOAK") == 1 }
}
