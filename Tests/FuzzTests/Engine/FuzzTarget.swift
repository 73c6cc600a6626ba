import FileModel
import Testing

/// A parser, samples of its language, and what must hold for every input.
struct FuzzTarget: Sendable, CustomTestStringConvertible {
    /// Fails by throwing. The generator gives the places where the input is cut, and other choices.
    typealias Check = @Sendable (_ input: [UInt8], _ random: inout FuzzRandom) throws -> Void

    let name: String
    let mutator: Mutator
    let check: Check

    init(_ name: String, samples: [[UInt8]], words: [[UInt8]] = [], check: @escaping Check) {
        self.name = name
        mutator = Mutator(samples: samples, words: words)
        self.check = check
    }

    init(_ name: String, samples: [String], words: [String] = [], check: @escaping Check) {
        self.init(name, samples: samples.map { Array($0.utf8) }, words: words.map { Array($0.utf8) }, check: check)
    }

    var testDescription: String { name }

    static let all = everything.filter { FuzzSettings.only.isEmpty || $0.name.contains(FuzzSettings.only) }

    private static let everything: [FuzzTarget] = [
        .ftpReplies, .ftpLogin, .features, .passiveReplies, .checksumReplies, .timeValues, .workingDirectories,
        .machineListings,
        .humanListings, .datePatterns, .codePages, .sftpFramer, .sftpReplies, .sftpGreetings, .knownHosts,
        .hostPatterns, .sshConfigs, .sshOffers, .httpProxy,
        .socksProxies,
        .tomlDocuments, .remotePaths, .remoteURLs,
    ]
}

/// A property that did not hold.
struct Finding: Error, CustomStringConvertible {
    let description: String
}

func require(_ condition: Bool, _ property: @autoclosure () -> String) throws {
    if !condition { throw Finding(description: property()) }
}

/// What holds for every error: it can be shown on a terminal, and it is a sentence rather than a flood.
func checkError(_ error: StorageError) throws {
    try requireShowable(error.message)
    try requireShowable(error.serverReply ?? "")
}

func requireShowable(_ text: String) throws {
    let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
    try require(isPlain, "a control character in '\(printable(text.utf8.prefix(300)))'")
    try require(
        text.utf8.count <= 4096, "a message of \(text.utf8.count) bytes: '\(printable(text.utf8.prefix(100)))…'")
}

/// What holds for every name that comes out of a listing.
func checkEntry(_ entry: DirectoryEntry) throws {
    do throws(StorageError) {
        let again = try FileName(entry.name.bytes)
        try? require(again == entry.name, "a name that changes")
    } catch {
        throw Finding(description: "a name that is none: \(error)")
    }
    try require(entry.attributes.size >= 0, "a negative size")
    try require((entry.attributes.permissions ?? 0) <= 0o7777, "mode bits that do not exist")
    if let modified = entry.attributes.modified {
        // The years 1 to 9999, and a day for zones.
        try require((-62_135_683_200...253_402_387_199).contains(modified.time.seconds), "a time out of all bounds")
    }
}
