import ConnectionPool
import FileModel
import Foundation
import Synchronization
import TestServers
import Testing

@testable import Remotes

/// What pools learn, kept in the profile: on a calendar that the test moves.
@Suite struct ProfileRecordTests {
    private final class Calendar: Sendable {
        private let state = Mutex(Date(timeIntervalSince1970: 1_800_000_000))
        var now: Date { state.withLock { $0 } }
        func pass(_ seconds: Double) { state.withLock { $0 += seconds } }
    }

    private let folder: TemporaryFolder
    private let calendar = Calendar()
    private let wrong = StorageError(.loginFailed, "no", serverReply: "530 Login incorrect.")

    init() throws { folder = try TemporaryFolder() }

    private var profiles: ServerProfiles { ServerProfiles(directory: folder("servers")) }

    /// What another program would have.
    private func record(_ password: String? = "good", triesRefused: Bool = false) throws -> ProfileRecord {
        let mark = try password.map { try CredentialMark(["u", $0], keyFolder: folder.path) }
        return ProfileRecord(
            profiles, identity: "ftp://u@h:21", credentials: mark, triesRefused: triesRefused
        ) { [calendar] in calendar.now }
    }

    @Test func aServerNeverMetIsUnknown() async throws {
        #expect(try await record().recall() == ServerKnowledge())
    }

    @Test func refusedCredentialsAreNotTriedByOthersForAnHour() async throws {
        try await record().remember(.loginRefused(wrong))
        calendar.pass(1000)
        let known = try await record().recall().refusal
        #expect(known?.retryIn == .seconds(2600) && known?.error.code == .loginFailed)
        #expect(known?.error.serverReply == "530 Login incorrect.")
        let message = try #require(known?.error.message)
        for part in ["2027-01-15T08:00:00Z", "2027-01-15T09:00:00Z", "ftp://u@h:21", "syncctl test"] {
            #expect(message.contains(part), "\(message)")
        }
    }

    @Test func otherCredentialsAreTriedAtOnce() async throws {
        try await record("old").remember(.loginRefused(wrong))
        #expect(try await record("new").recall().refusal == nil)
        #expect(try await record("old").recall().refusal != nil)
        #expect(try await record(nil).recall().refusal == nil)
    }

    @Test func aTestTriesAlwaysAndItsSuccessIsGoodForAll() async throws {
        try await record().remember(.loginRefused(wrong))
        #expect(try await record(triesRefused: true).recall().refusal == nil)
        #expect(try await record().recall().refusal != nil)
        try await record(triesRefused: true).remember(.loggedIn)
        #expect(try await record().recall().refusal == nil)
    }

    @Test func afterAnHourOneProgramTriesAgain() async throws {
        try await record().remember(.loginRefused(wrong))
        calendar.pass(3600)
        #expect(try await record().recall().refusal == nil)
        let others = try #require(await record().recall().refusal)
        #expect(others.retryIn == .seconds(3600))
        try await record().remember(.loginRefused(wrong))
        calendar.pass(10)
        let message = try #require(await record().recall().refusal?.error.message)
        #expect(message.contains("since 2027-01-15T08:00:00Z"), "\(message)")
    }

    @Test func aRefusalFromTheFutureIsThatOfAWrongClock() async throws {
        try await record().remember(.loginRefused(wrong))
        calendar.pass(-100_000)
        #expect(try await record().recall().refusal == nil)
    }

    @Test func aGoodLoginIsProofForItsOwnCredentialsOnly() async throws {
        try await record("good").remember(.loggedIn)
        calendar.pass(120)
        #expect(try await record("good").recall().sinceLogin == .seconds(120))
        #expect(try await record("other").recall().sinceLogin == nil)
    }

    @Test func aLimitIsKeptWithItsTimes() async throws {
        let limit = RememberedLimit(maximum: 4, untilProbe: .seconds(60), interval: .seconds(60))
        try await record().remember(.limitLearned(limit))
        calendar.pass(45)
        let known = try await record(nil).recall().limit
        #expect(known == RememberedLimit(maximum: 4, untilProbe: .seconds(15), interval: .seconds(60)))
        #expect(try profiles.profile(of: "ftp://u@h:21").sessionLimit?.learned == calendar.now - 45)
        calendar.pass(1_000_000)
        #expect(try #require(await record().recall().limit).untilProbe <= .zero)
        try await record().remember(.limitForgotten)
        #expect(try await record().recall().limit == nil)
    }

    @Test func aProfileThatCannotBeReadIsUnknown() async throws {
        try await record().remember(.loginRefused(wrong))
        try Data("{".utf8).write(to: URL(filePath: profiles.file(of: "ftp://u@h:21")))
        #expect(try await record().recall() == ServerKnowledge())
        try await record().remember(.loggedIn)
    }
}

@Suite struct CredentialMarkTests {
    /// The test vectors of the SipHash paper (appendix A) and of the reference implementation.
    @Test func sipHashIsSipHash() {
        let key = (0..<16).map { UInt8($0) }
        #expect(SipHash.hash((0..<15).map { UInt8($0) }, key: key) == 0xa129_ca61_49be_45e5)
        #expect(SipHash.hash([], key: key) == 0x726f_db47_dd0e_0e31)
        #expect(SipHash.hash((0..<8).map { UInt8($0) }, key: key) == 0x93f5_f579_9a93_2462)
    }

    @Test func partsAreKeptApart() {
        let key = [UInt8](repeating: 7, count: 16)
        let marks = [["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""], ["1:a"]].map { CredentialMark($0, key: key) }
        #expect(Set(marks).count == marks.count)
    }

    /// With the key and the mark in hand, far too many wrong passwords look right for either to give one away.
    @Test func aMarkDoesNotGiveAPasswordAway() {
        let key = (0..<16).map { UInt8($0 * 3) }
        let mark = CredentialMark(["u", "the password"], key: key)
        #expect(mark.text.count == 4)
        let lookalikes = (0..<400_000).count { CredentialMark(["u", "guess \($0)"], key: key) == mark }
        #expect((1...40).contains(lookalikes), "\(lookalikes) of 400,000, expected are 6")
    }

    @Test func theKeyIsMadeOnceAndForItsOwnerOnly() throws {
        let folder = try TemporaryFolder()
        let mark = try CredentialMark(["u", "p"], keyFolder: folder.path)
        #expect(try CredentialMark(["u", "p"], keyFolder: folder.path) == mark)
        var status = stat()
        #expect(lstat(folder("login-key"), &status) == 0 && status.st_mode & 0o777 == 0o600 && status.st_size == 16)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["login-key"])
        chmod(folder("login-key"), 0o644)
        #expect(throws: StorageError.self) { try CredentialMark(["u", "p"], keyFolder: folder.path) }
    }
}
