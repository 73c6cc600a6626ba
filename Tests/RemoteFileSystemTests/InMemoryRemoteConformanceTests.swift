import ConformanceTests
import RemoteFileSystem
import Testing

/// The reference passes what it is the reference for, in both of its styles.
@Suite(.timeLimit(.minutes(1)))
struct InMemoryRemoteConformanceTests {
    @Test(arguments: ConformanceCheck.all)
    func randomAccessConforms(_ check: ConformanceCheck) async throws {
        try await check.run(on: InMemoryRemote(style: .randomAccess))
    }

    @Test(arguments: ConformanceCheck.all)
    func streamConforms(_ check: ConformanceCheck) async throws {
        try await check.run(on: InMemoryRemote(style: .stream))
    }
}
