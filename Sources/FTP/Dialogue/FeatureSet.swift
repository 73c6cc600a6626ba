import FileModel

/// What a server says it can do beyond RFC 959 (FEAT, RFC 2389 §3).
public struct FeatureSet: Hashable, Sendable {
    /// Parameters of each feature by its name in capitals: `AUTH` → [`TLS`].
    private var parameters: [String: [String]] = [:]
    /// Facts that `MFF` sets, in small letters.
    private var modifiableFacts: Set<String> = []

    public init() {}

    /// Reads the lines between the first and the last of a 211 reply; a feature may come more than once.
    init(_ reply: Reply) {
        guard reply.code == 211, reply.lines.count > 2 else { return }
        for line in reply.lines.dropFirst().dropLast() {
            let text = printable(line).drop { $0 == " " }
            let words = text.split(separator: " ", maxSplits: 1)
            guard let name = words.first, name.count <= 40, parameters.count < 200 else { continue }
            parameters[name.uppercased(), default: []].append(words.count > 1 ? String(words[1]) : "")
        }
        modifiableFacts = Set(parameters(of: "MFF").flatMap { $0.lowercased().split(separator: ";").map(String.init) })
    }

    public func has(_ name: String) -> Bool { parameters[name] != nil }

    public func parameters(of name: String) -> [String] { parameters[name] ?? [] }

    public var isEmpty: Bool { parameters.isEmpty }

    /// MLST names MLSD as well (RFC 3659 §7.8).
    public var hasMachineListings: Bool { has("MLST") || has("MLSD") }
    public var hasUTF8: Bool { has("UTF8") }
    public var restartsStreams: Bool { parameters(of: "REST").contains { $0.uppercased().contains("STREAM") } }
    public var modifiesTimes: Bool { has("MFMT") }

    /// Facts of MLST lines, and whether they are shown without being asked for (RFC 3659 §7.8).
    var facts: [(name: String, isShown: Bool)] {
        parameters(of: "MLST").flatMap { $0.split(separator: ";") }.map { fact in
            (String(fact.drop { $0 == " " }.prefix { $0 != "*" }), fact.contains("*"))
        }
    }

    /// Whether `MFF` (draft-somers-ftp-mfxx) sets the fact.
    func modifies(fact: String) -> Bool { modifiableFacts.contains(fact.lowercased()) }
}
