import FileModel
import Testing
import SeededRandom

@Suite struct CodePageTests {
    @Test(
        arguments: [
            ("ISO-8859-1", [0x63, 0x61, 0x66, 0xE9], "café"), ("CP1252", [0x80, 0x35], "€5"),
            ("KOI8-R", [0xF0, 0xD2, 0xC9, 0xD7, 0xC5, 0xD4], "Привет"),
            // The second byte of 表 is a backslash, that of ポ a pipe.
            ("SHIFT_JIS", [0x95, 0x5C, 0x83, 0x7C], "表ポ"), ("CP932", [0x95, 0x5C], "表"), ("BIG5", [0xA5, 0x5C], "功"),
            ("GB18030", [0xC4, 0xE3, 0xBA, 0xC3], "你好"), ("EUC-JP", [0xC6, 0xFC], "日"),
            ("ISO-2022-JP", [0x1B, 0x24, 0x42, 0x46, 0x7C, 0x1B, 0x28, 0x42], "日"), ("UTF-8", Array("ü".utf8), "ü"),
        ] as [(String, [UInt8], String)])
    func namesAreConverted(_ set: String, _ wire: [UInt8], _ text: String) throws {
        let page = try CodePage(set)
        #expect(String(decoding: page.decoded(wire), as: UTF8.self) == text)
        #expect(try page.encoded(Array(text.utf8)) == wire)
    }

    /// Whatever a server lists can be said to it again, and no two of its names look the same.
    @Test(arguments: [
        "ISO-8859-1", "CP1252", "CP437", "KOI8-R", "SHIFT_JIS", "CP932", "BIG5", "GBK", "GB18030", "EUC-JP", "EUC-KR",
        "JOHAB", "ISO-2022-JP", "ISO-2022-KR", "UTF-8", "ASCII", "TIS-620", "MACINTOSH",
    ])
    func everyNameOfTheServerRoundTrips(_ set: String) throws {
        let page = try CodePage(set)
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        var seen: [[UInt8]: [UInt8]] = [:]
        for _ in 0..<4000 {
            let wire = random.name()
            let name = page.decoded(wire)
            #expect(try page.encoded(name) == wire, "seed \(seed): \(wire)")
            #expect(seen[name] == nil || seen[name] == wire, "seed \(seed): \(wire) and \(seen[name] ?? [])")
            seen[name] = wire
        }
    }

    /// What is written under a name is found under it again, or is refused.
    @Test(arguments: ["ISO-8859-1", "CP1252", "SHIFT_JIS", "ISO-2022-JP", "GB18030", "KOI8-R", "ASCII", "UTF-8"])
    func everyNameFromHereRoundTripsOrIsRefused(_ set: String) throws {
        let page = try CodePage(set)
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        var refused = 0
        for _ in 0..<4000 {
            let name = random.name()
            do {
                let wire = try page.encoded(name)
                #expect(page.decoded(wire) == name, "seed \(seed): \(name)")
                #expect(!wire.contains(UInt8(ascii: "/")), "seed \(seed): \(name)")
            } catch {
                refused += 1
                #expect(error.code == .invalidName && error.message.contains(set), "seed \(seed)")
            }
        }
        #expect(refused < 4000)
    }

    @Test func whatTheSetCannotSayIsRefusedByName() throws {
        let page = try CodePage("ISO-8859-1")
        let error = #expect(throws: StorageError.self) { try page.encoded(Array("€".utf8)) }
        #expect(error?.message == "the name '€' cannot be written in ISO-8859-1, the code_page of the server")
    }

    /// 丈 in ISO-2022-JP is `>d`, 条 is `>r`; 蔵 holds a slash, at which a server would split the name.
    @Test func aNameWithASlashInItsBytesIsRefused() throws {
        let page = try CodePage("ISO-2022-JP")
        #expect(throws: StorageError.self) { try page.encoded(Array("日".utf8) + [0x2F]) }
        #expect(throws: StorageError.self) {
            try page.encoded(Array("俗".utf8) + Array("曳芸".utf8) + Array("鴬卯渦浦丑窺欝".utf8))
        }
    }

    /// UTF-8 names on a server that is said to speak CP1252: `Á` is C3 81, and CP1252 has no 81.
    @Test func bytesThatLookLikeAnotherNameAreEscaped() throws {
        let page = try CodePage("CP1252")
        let foreign: [UInt8] = [0xC3, 0x81]
        #expect(page.decoded(foreign) == [0xED, 0xB3, 0x83, 0xED, 0xB2, 0x81])
        #expect(page.decoded([0xC1]) == Array("Á".utf8))
        #expect(page.decoded([0x81, 0x41]) == [0x81, 0x41])
    }

    @Test(arguments: ["UTF-16", "CP037", "UTF-7", "latin1//TRANSLIT", "no-such-set", ""])
    func setsThatCannotBeUsedAreRefused(_ set: String) {
        #expect(throws: StorageError.self) { try CodePage(set) }
    }
}

extension SeededGenerator {
    /// Bytes and pieces of text that a file name may hold.
    mutating func name() -> [UInt8] {
        let pieces: [[UInt8]] = [
            Array("é".utf8), Array("日本".utf8), Array("€".utf8), [0xED, 0xB2, 0x81], [0xED, 0xB0], [0x1B, 0x24, 0x42],
            [0x1B, 0x28, 0x42], [0x0E], [0x0F], [0x95, 0x5C], [0x7E, 0x7B], Array("a b.txt".utf8), [0xC3], [0x81],
            [0x5C],
        ]
        var name: [UInt8] = []
        for _ in 0..<Int.random(in: 1...4, using: &self) {
            if Bool.random(using: &self) {
                name += pieces.randomElement(using: &self) ?? []
            } else {
                name += (0..<Int.random(in: 1...3, using: &self)).map { _ in UInt8.random(in: 1...255, using: &self) }
            }
        }
        return name.filter { ![10, 13, UInt8(ascii: "/")].contains($0) } + [UInt8(ascii: "x")]
    }
}
