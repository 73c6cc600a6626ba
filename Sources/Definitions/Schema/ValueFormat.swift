/// How the values of one kind are written, read and described.
public struct ValueFormat<Value: Sendable>: Sendable {
    /// What a value looks like, to follow "must be": `a duration such as "10s"`.
    let summary: String
    let shape: ValueShape
    let decode: @Sendable (DefinitionNode) throws(ValueProblem) -> Value

    init(
        _ summary: String, shape: ValueShape,
        decode: @escaping @Sendable (DefinitionNode) throws(ValueProblem) -> Value
    ) {
        self.summary = summary
        self.shape = shape
        self.decode = decode
    }
}

/// The TOML type of a value, which decides how `-o key=text` is read.
public indirect enum ValueShape: Hashable, Sendable {
    case string, integer, boolean
    /// A number, or a string such as `"auto"` or `"8MiB"`.
    case integerOrString
    case list(of: ValueShape)
    case table
}

/// Why a value cannot be taken.
struct ValueProblem: Error {
    /// A whole message; nil for "must be …, not …".
    var message: String?
    /// The likely meaning, as it would be written.
    var suggestion: String?
    /// The element of a list that is wrong, and what it should have been.
    var element: (node: DefinitionNode, summary: String)?

    /// The value is not of the kind that the format's summary describes.
    static let mismatch = ValueProblem()

    init(_ message: String? = nil, suggestion: String? = nil) {
        self.message = message
        self.suggestion = suggestion
    }
}

extension ValueFormat {
    /// A string that `read` understands; nil is a mismatch.
    static func parsed(
        _ summary: String, _ read: @escaping @Sendable (String) throws(ValueProblem) -> Value?
    ) -> ValueFormat<Value> {
        ValueFormat(summary, shape: .string) { node throws(ValueProblem) in
            guard case .string(let text) = node.value, let value = try read(text) else { throw .mismatch }
            return value
        }
    }

    /// The same format where `""` means "not given".
    var optional: ValueFormat<Value?> {
        ValueFormat<Value?>(summary, shape: shape) { node throws(ValueProblem) in
            if case .string("") = node.value { return nil }
            return try self.decode(node)
        }
    }

    /// A list of such values; its summary names one element.
    func list(_ summary: String) -> ValueFormat<[Value]> {
        ValueFormat<[Value]>(summary, shape: .list(of: shape)) { node throws(ValueProblem) in
            guard case .list(let nodes) = node.value else { throw .mismatch }
            var values: [Value] = []
            for element in nodes {
                do throws(ValueProblem) {
                    values.append(try self.decode(element))
                } catch {
                    var problem = error
                    problem.element = (element, self.summary)
                    throw problem
                }
            }
            return values
        }
    }
}

extension ValueFormat where Value == String {
    static let text = ValueFormat.parsed("a string") { $0 }

    static func text(_ summary: String) -> ValueFormat { .parsed(summary) { $0.isEmpty ? nil : $0 } }

    /// A string of at most `longest` bytes without control characters, such as a name sent in a protocol line.
    static func word(_ what: String, longest: Int) -> ValueFormat {
        .parsed("a string") { text throws(ValueProblem) in
            if text.utf8.count > longest {
                throw ValueProblem(
                    "the \(what) is \(text.utf8.count) bytes long; at most \(longest) are possible")
            }
            if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
                throw ValueProblem("the \(what) holds a control character, which no server can be sent")
            }
            return text
        }
    }
}

extension ValueFormat where Value == Bool {
    static let flag = ValueFormat("true or false", shape: .boolean) { node throws(ValueProblem) in
        switch node.value {
        case .boolean(let flag): return flag
        case .string("true"): throw ValueProblem(suggestion: "true")
        case .string("false"): throw ValueProblem(suggestion: "false")
        default: throw .mismatch
        }
    }
}

extension ValueFormat where Value == Int {
    static func number(_ range: ClosedRange<Int>) -> ValueFormat {
        let summary =
            range.upperBound == .max
            ? "a number not below \(range.lowerBound)" : "a number from \(range.lowerBound) to \(range.upperBound)"
        return ValueFormat(summary, shape: .integer) { node throws(ValueProblem) in
            switch node.value {
            case .integer(let number) where range.contains(number): return number
            case .string(let text): throw ValueProblem(suggestion: Int(text).map(String.init))
            default: throw .mismatch
            }
        }
    }

    static let port = number(1...65535)
}

extension ValueFormat where Value: CaseIterable & RawRepresentable<String> {
    /// One of the raw values of an enumeration.
    static var choice: ValueFormat { choice(among: Array(Value.allCases)) }

    static func choice(among values: [Value]) -> ValueFormat {
        let words = values.map(\.rawValue)
        return ValueFormat(alternatives(words), shape: .string) { node throws(ValueProblem) in
            guard case .string(let text) = node.value else { throw .mismatch }
            if let value = Value(rawValue: text), words.contains(text) { return value }
            throw ValueProblem(suggestion: NearName.find(text, among: words).map { "\"\($0)\"" })
        }
    }
}

/// `"a", "b" or "c"`.
func alternatives(_ words: [String]) -> String {
    let quoted = words.map { "\"\($0)\"" }
    guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
    return quoted.dropLast().joined(separator: ", ") + " or " + last
}
