import ArgumentParser
import Foundation

/// The filter rules of a command line in the order in which they were typed.
///
/// The argument parser keeps the order within one option only, and here the first match of all of them wins.
enum FilterArguments {
    static func rules(in arguments: [String]) throws -> [String] {
        var rules: [String] = []
        var includes = false
        var excludes = false
        var rest = arguments.dropFirst()[...]
        while let word = rest.popFirst(), word != "--" {
            guard let (name, value) = option(word, &rest) else { continue }
            switch name {
            case "--include":
                rules.append("+ \(value)")
                includes = true
            case "--exclude":
                rules.append("- \(value)")
                excludes = true
            default:
                rules += try lines(of: value)
                excludes = true
            }
        }
        return includes && !excludes ? rules + ["- *"] : rules
    }

    private static func option(_ word: String, _ rest: inout ArraySlice<String>) -> (name: String, value: String)? {
        for name in ["--include", "--exclude", "--filter-from"] {
            if word == name { return rest.popFirst().map { (name, $0) } }
            if word.hasPrefix(name + "=") { return (name, String(word.dropFirst(name.count + 1))) }
        }
        return nil
    }

    /// Rules of a file; empty lines and those with a `#` in front are left out.
    private static func lines(of path: String) throws -> [String] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ValidationError("--filter-from \(path) cannot be read.")
        }
        let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
            .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty && !$0.hasPrefix("#") }
        if let wrong = lines.first(where: { !$0.hasPrefix("+ ") && !$0.hasPrefix("- ") }) {
            throw ValidationError("--filter-from \(path): '\(wrong)' starts with neither '+ ' nor '- '.")
        }
        return lines
    }
}
