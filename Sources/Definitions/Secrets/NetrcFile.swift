/// The entries of a netrc file (netrc(5), with curl's quoted words).
struct NetrcFile {
    struct Entry {
        /// nil is `default`, which fits every host.
        var host: String?
        var login: String?
        var password: String?
    }

    private(set) var entries: [Entry] = []

    init(_ text: String) {
        var words = Self.words(text)[...]
        while let word = words.popFirst() {
            switch word {
            case "machine": entries.append(Entry(host: words.popFirst()))
            case "default": entries.append(Entry(host: nil))
            case "login": set(\.login, words.popFirst())
            case "password": set(\.password, words.popFirst())
            case "account": _ = words.popFirst()
            default: break
            }
        }
    }

    private mutating func set(_ field: WritableKeyPath<Entry, String?>, _ value: String?) {
        guard !entries.isEmpty else { return }
        entries[entries.count - 1][keyPath: field] = value
    }

    /// The first entry that fits; `default` counts where it stands.
    func password(host: String, user: String?) -> String? {
        entries.first { entry in
            (entry.host == nil || entry.host?.lowercased() == host.lowercased())
                && (user == nil || entry.login == nil || entry.login == user) && entry.password != nil
        }?.password
    }

    /// Words apart from comments and from macros, which reach to an empty line.
    private static func words(_ text: String) -> [String] {
        var words: [String] = []
        var isMacro = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let parts = self.words(ofLine: line)
            if isMacro {
                isMacro = !parts.isEmpty
            } else if let macro = parts.firstIndex(of: "macdef") {
                words += parts[..<macro]
                isMacro = true
            } else {
                words += parts
            }
        }
        return words
    }

    private static func words(ofLine line: Substring) -> [String] {
        var words: [String] = []
        var rest = line.drop(while: \.isWhitespace)
        while let first = rest.first, first != "#" || words.last == "password" {
            var word = ""
            if first == "\"" {
                rest = rest.dropFirst()
                while let character = rest.popFirst(), character != "\"" {
                    word.append(character == "\\" ? rest.popFirst() ?? character : character)
                }
            } else {
                word = String(rest.prefix { !$0.isWhitespace })
                rest = rest.dropFirst(word.count)
            }
            words.append(word)
            rest = rest.drop(while: \.isWhitespace)
        }
        return words
    }
}
