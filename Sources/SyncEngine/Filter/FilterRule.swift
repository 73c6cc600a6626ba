public import FileModel

/// One line of `filter.rules`: `- pattern` leaves out, `+ pattern` takes in.
public struct FilterRule: Hashable, Sendable {
    public let includes: Bool
    let pattern: GlobPattern
    /// As it was written.
    let text: String

    /// - Throws: `.configuration` for a line that begins with neither `-` nor `+`, or has no pattern.
    public init(_ line: String) throws(StorageError) {
        let text = line.drop { $0 == " " || $0 == "\t" }
        guard let sign = text.first, sign == "+" || sign == "-" else {
            throw StorageError(.configuration, "the filter rule '\(line)' begins with neither '- ' nor '+ '")
        }
        guard let pattern = GlobPattern(String(text.dropFirst().drop { $0 == " " })) else {
            throw StorageError(.configuration, "the filter rule '\(line)' has no pattern")
        }
        includes = sign == "+"
        self.text = String(text)
        self.pattern = pattern
    }
}

/// The rules in order; the first one that matches decides.
struct FilterRules: Hashable, Sendable {
    private let rules: [FilterRule]
    /// Rules from here on do not keep us from entering a folder: something inside may be taken in.
    private let firstInclude: Int

    init(_ rules: [FilterRule]) {
        self.rules = rules
        firstInclude = rules.firstIndex(where: \.includes) ?? rules.count
    }

    /// The text of the rule that decides; nil when none matches.
    func deciding(_ path: RemotePath, isDirectory: Bool) -> String? {
        rules.first { $0.pattern.matches(path, isDirectory: isDirectory) }?.text
    }

    func verdict(_ path: RemotePath, isDirectory: Bool) -> FilterVerdict {
        for (index, rule) in rules.enumerated() where rule.pattern.matches(path, isDirectory: isDirectory) {
            if rule.includes { return .include }
            let mayHoldIncluded = isDirectory && index > firstInclude && !rule.pattern.directoriesOnly
            return mayHoldIncluded ? .traverse : .exclude
        }
        return .include
    }
}

enum FilterVerdict: Hashable, Sendable {
    case include, exclude
    /// A folder that is no object of the synchronisation itself, but may hold some.
    case traverse
}
