import FileModel
import Glibc
import Testing

@testable import Remotes

/// What is remembered about servers survives the process, concurrent changes, and damage with an error.
struct ServerProfilesTests {
    private let profiles = ServerProfiles(
        directory: "/tmp/remora-profiles-\(getpid())-\(UInt64.random(in: 0 ... .max))")
    private let server = "ftp://reports@ftp.example.com:21"

    @Test func aServerThatNothingIsKnownOfHasAnEmptyProfile() throws {
        #expect(try profiles.profile(of: server) == ServerProfile())
    }

    @Test func aChangeIsThereForOthersAndForThisServerOnly() throws {
        defer { cleanUp() }
        try profiles.update(server) { $0.offersTLS = true }
        let others = ServerProfiles(directory: profiles.directory)
        #expect(try others.profile(of: server).offersTLS == true)
        #expect(try others.profile(of: "ftp://else@ftp.example.com:21") == ServerProfile())
    }

    @Test func aDamagedFileIsAnErrorThatNamesIt() throws {
        defer { cleanUp() }
        try profiles.update(server) { $0.offersTLS = true }
        let path = profiles.file(of: server)
        #expect(truncate(path, 5) == 0)
        let error = #expect(throws: StorageError.self) { try profiles.profile(of: server) }
        #expect(error?.code == .configuration && error?.message.contains(path) == true)
        #expect(throws: StorageError.self) { try profiles.update(server) { $0.offersTLS = nil } }
    }

    private func cleanUp() {
        for path in [profiles.file(of: server), profiles.directory + "/lock"] { unlink(path) }
        rmdir(profiles.directory)
    }
}
