/// One finding about a definition, with its place.
public struct Diagnostic: Hashable, Sendable {
    public enum Severity: String, Hashable, Sendable {
        case error, warning
    }

    public let severity: Severity
    /// One sentence without a full stop: `unknown key 'prot' in [remote]`.
    public let message: String
    public let span: SourceSpan?
    /// What stands beside the carets: `did you mean 'port'?`
    public let label: String?

    public init(_ severity: Severity, _ message: String, at span: SourceSpan? = nil, label: String? = nil) {
        self.severity = severity
        self.message = message
        self.span = span
        self.label = label
    }

    public var isError: Bool { severity == .error }

    /// The finding with the line it is about, without a line break at the end:
    /// ```
    /// mounts.d/prod.toml:4:1: error: unknown key 'prot' in [remote]
    ///   4 | prot = 21
    ///     | ^^^^ did you mean 'port'?
    /// ```
    /// Secrets on that line are replaced by `***`.
    public var rendered: String {
        guard let span else { return "\(severity.rawValue): \(message)" + (label.map { " (\($0))" } ?? "") }
        return "\(span.location): \(severity.rawValue): \(message)\n" + Excerpt(span, label: label).text
    }
}

extension [Diagnostic] {
    public var hasErrors: Bool { contains(where: \.isError) }

    /// In the order of files and lines; findings without a place come last.
    public var inReadingOrder: [Diagnostic] {
        enumerated().sorted { left, right in
            let leftKey = Self.key(left.element)
            let rightKey = Self.key(right.element)
            return leftKey == rightKey ? left.offset < right.offset : leftKey < rightKey
        }.map(\.element)
    }

    private static func key(_ finding: Diagnostic) -> (Int, String, Int) {
        guard let span = finding.span else { return (2, "", 0) }
        return (span.source.isArgument ? 1 : 0, span.source.name, span.range.lowerBound)
    }

    public var rendered: String { map(\.rendered).joined(separator: "\n") }
}

/// Definitions that cannot be used, with everything that is wrong in them.
public struct DefinitionFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public let diagnostics: [Diagnostic]

    public init(_ diagnostics: [Diagnostic]) {
        self.diagnostics = diagnostics.inReadingOrder
    }

    public init(_ message: String, label: String? = nil) {
        self.init([Diagnostic(.error, message, label: label)])
    }

    public var description: String { diagnostics.rendered }
}
