import Testing

@testable import FTP

@Suite struct FeatureSetTests {
    private func features(_ lines: [String]) -> FeatureSet {
        FeatureSet(Reply(code: 211, lines: (["Features:"] + lines + ["End"]).map { Array($0.utf8) }))
    }

    @Test func proFTPD() {
        let set = features([
            " AUTH TLS", " MDTM", " MFF modify;UNIX.group;UNIX.mode;", " MFMT",
            " MLST modify*;perm*;size*;type*;unique*;UNIX.mode;", " REST STREAM", " UTF8",
        ])
        #expect(set.hasMachineListings && set.hasUTF8 && set.restartsStreams && set.modifiesTimes)
        #expect(set.modifies(fact: "unix.MODE") && !set.modifies(fact: "create"))
        #expect(set.parameters(of: "AUTH") == ["TLS"])
        #expect(set.facts.map(\.name) == ["modify", "perm", "size", "type", "unique", "UNIX.mode"])
        #expect(set.facts.map(\.isShown) == [true, true, true, true, true, false])
    }

    @Test func noneOrOneLine() {
        #expect(FeatureSet(Reply(500, "what?")).isEmpty)
        #expect(FeatureSet(Reply(211, "no features")).isEmpty)
    }

    @Test func aFloodOfFeaturesIsCut() {
        let set = features((0..<10_000).map { " F\($0)" })
        #expect(set.has("F0") && !set.has("F9999"))
    }
}
