/// Reads ssh_config(5) for one host. Pure: files come from a function.
///
/// Only what stands in `Host` and `Match` blocks that apply counts, and the first value of a keyword wins, so the user's
/// file is read before the system's. A `Match` that cannot be judged here (`exec`, `final`, …) is harmless as long as it
/// says nothing that would count.
public struct SSHConfigReader {
    /// Files of an Include argument, in order, with their texts.
    public typealias Opener = (_ pattern: String, _ isUserFile: Bool) -> [(name: String, text: String)]

    public struct Subject: Hashable, Sendable {
        /// As the user wrote it: what `Host` patterns are compared with.
        public var host: String
        /// From the definition or the URL; wins over `User`.
        public var user: String?
        public var localUser: String
        public var port: Int?

        public init(host: String, user: String? = nil, localUser: String, port: Int? = nil) {
            self.host = host
            self.user = user
            self.localUser = localUser
            self.port = port
        }
    }

    enum Activity: Hashable {
        case active, inactive
        /// In a `Match` block that may or may not apply; its first line.
        case unknown(location: String)
    }

    /// OpenSSH's own limit.
    private static let maximumDepth = 16

    let subject: Subject
    private let open: Opener
    public private(set) var values = SSHConfigValues()
    /// Keywords that would be refused, had not a harmless value come first.
    private var settled: Set<String> = []

    public init(_ subject: Subject, open: @escaping Opener) {
        self.subject = subject
        self.open = open
    }

    /// Adds a file.
    public mutating func read(_ text: String, file: String, isUserFile: Bool) throws(SSHConfigProblem) {
        var activity = Activity.active
        try read(text, SSHConfigSource(file: file, isUserFile: isUserFile, depth: 0), &activity)
    }

    private mutating func read(
        _ text: String, _ source: SSHConfigSource, _ activity: inout Activity
    ) throws(SSHConfigProblem) {
        let isDead = activity == .inactive
        for (index, bytes) in text.utf8.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
            let location = "\(source.file):\(index + 1)"
            guard let line = try Self.line(bytes, location, isActive: activity != .inactive) else { continue }
            switch SSHConfigKeyword(line.keyword) {
            // Inside an Include of a block that does not apply, nothing does.
            case .host where isDead, .match where isDead: break
            case .host: activity = matches(line.arguments) ? .active : .inactive
            case .match: activity = matchActivity(line.arguments, location)
            case .include: try include(line.arguments, source, location, activity)
            case let keyword: try apply(keyword, line, location, activity)
            }
        }
    }

    private static func line(
        _ bytes: Substring.UTF8View, _ location: String, isActive: Bool
    ) throws(SSHConfigProblem) -> SSHConfigLine? {
        do throws(SSHConfigLine.Problem) {
            return try SSHConfigLine.parse(bytes)
        } catch {
            guard isActive else { return nil }
            switch error {
            case .noArgument(let keyword):
                throw SSHConfigProblem(location: location, message: "\(keyword.prefix(60)) has no value")
            case .openQuote: throw SSHConfigProblem(location: location, message: "a quotation mark is not closed")
            }
        }
    }

    private mutating func include(
        _ patterns: [String], _ source: SSHConfigSource, _ location: String, _ activity: Activity
    ) throws(SSHConfigProblem) {
        guard activity != .inactive else { return }
        guard source.depth < Self.maximumDepth else {
            throw SSHConfigProblem(location: location, message: "files include each other without end")
        }
        for pattern in patterns {
            for (name, text) in open(pattern, source.isUserFile) {
                // What a Host line in there does ends with the file.
                var inner = activity
                let file = SSHConfigSource(file: name, isUserFile: source.isUserFile, depth: source.depth + 1)
                try read(text, file, &inner)
            }
        }
    }

    // MARK: Values

    private mutating func apply(
        _ keyword: SSHConfigKeyword, _ line: SSHConfigLine, _ location: String, _ activity: Activity
    ) throws(SSHConfigProblem) {
        if activity == .active, case .refused(let harmless) = keyword, harmless.contains(line.arguments[0].lowercased())
        {
            settled.insert(line.settledName)
        }
        guard activity != .inactive, counts(keyword, line) else { return }
        if case .unknown(let match) = activity {
            throw SSHConfigProblem(
                location: match,
                message: "whether this Match applies is not known here, and its '\(line.keyword)' would count: "
                    + "use transport = \"openssh\"")
        }
        if case .refused = keyword {
            throw SSHConfigProblem(
                location: location,
                message: "'\(line.keyword)' applies to \(subject.host), which libssh2 cannot do: "
                    + "use transport = \"openssh\"")
        }
        try line.store(keyword, in: &values, location)
    }

    /// Whether a line would change anything.
    private func counts(_ keyword: SSHConfigKeyword, _ line: SSHConfigLine) -> Bool {
        switch keyword {
        case .hostName: values.hostName == nil
        case .port: values.port == nil && subject.port == nil
        case .user: values.user == nil && subject.user == nil
        case .identitiesOnly: values.identitiesOnly == nil
        case .userKnownHostsFile: values.userKnownHostsFiles == nil
        case .globalKnownHostsFile: values.globalKnownHostsFiles == nil
        case .hostKeyAlias: values.hostKeyAlias == nil
        case .identityAgent: values.identityAgent == nil
        case .identityFile: !values.identityFiles.contains(line.arguments[0])
        case .refused(let harmless):
            !harmless.contains(line.arguments[0].lowercased()) && !settled.contains(line.settledName)
        case .host, .match, .include, .ignored: false
        }
    }
}

/// Where lines come from.
struct SSHConfigSource: Hashable {
    let file: String
    let isUserFile: Bool
    let depth: Int
}

extension SSHConfigLine {
    /// Of ProxyJump and ProxyCommand the first counts.
    fileprivate var settledName: String { keyword == "proxyjump" ? "proxycommand" : keyword }
}
