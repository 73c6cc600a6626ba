import FileModel
import SyncCore
import Testing

struct RenamePairingTests {
    private func entry(_ side: Side, _ size: Int64 = 10, at time: Int64 = 1_699_000_000, _ identity: String? = nil)
        -> Entry
    {
        var entry = side == .local ? Samples.local(size, at: time) : Samples.remote(size, at: time)
        entry.identity = identity
        return entry
    }

    private func decision(
        on side: Side = .local, identity: String? = "7", newIdentity: String? = "7", newTime: Int64 = 1_699_000_000,
        newSize: Int64 = 10, otherTime: Int64 = 1_699_000_000, isOnlyOne: Bool = false
    ) -> Decision? {
        var recorded = Sides<Entry?>(local: nil, remote: nil)
        recorded[side] = entry(side, 10, at: 1_699_000_000, identity)
        recorded[side.other] = entry(side.other)
        return RenameCandidate(
            side: side, recorded: recorded, old: entry(side.other, 10, at: otherTime),
            new: entry(side, newSize, at: newTime, newIdentity), isOnlyOne: isOnlyOne
        ).decision()
    }

    @Test(arguments: Side.allCases)
    func theSameIdentityIsARename(_ side: Side) {
        #expect(decision(on: side) == Decision(.rename(on: side.other, thenCopyFrom: nil), row: 19))
        #expect(
            decision(on: side, newTime: 1_700_000_000) == Decision(.rename(on: side.other, thenCopyFrom: side), row: 19)
        )
        #expect(
            decision(on: side, otherTime: 1_700_000_000)
                == Decision(.rename(on: side.other, thenCopyFrom: side.other), row: 23))
    }

    @Test func anotherIdentityOrSizeIsAnotherFile() {
        #expect(decision(newIdentity: "8", isOnlyOne: true) == nil)
        #expect(decision(newSize: 11) == nil)
        #expect(decision(newTime: 1_700_000_000, otherTime: 1_700_000_000) == nil)
    }

    @Test func withoutIdentitiesOnlyOneCandidateCounts() {
        let renamed = Decision(.rename(on: .local, thenCopyFrom: nil), row: 20)
        #expect(decision(on: .remote, identity: nil, newIdentity: nil, isOnlyOne: true) == renamed)
        #expect(decision(on: .remote, identity: nil, newIdentity: nil, isOnlyOne: false) == nil)
        #expect(decision(on: .remote, identity: nil, newIdentity: nil, newTime: 1, isOnlyOne: true) == nil)
    }
}
