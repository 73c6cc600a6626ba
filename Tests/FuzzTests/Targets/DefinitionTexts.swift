import FileModel

@testable import Definitions

extension FuzzTarget {
    /// Places lie inside the text, and every diagnostic can be shown.
    static let tomlDocuments = FuzzTarget(
        "TOML",
        samples: [
            "[remote]\nurl = \"sftp://me@example.com/x\"\n[remote.auth]\nuser = 'me' # tail\n",
            "[[a]]\nx = 1\n[[a]]\nx = [ \"b\", [1, 2], { k = \"}\" , 'l.m' = 4 } ,\n]\n",
            "a = 2026-01-02 03:04:05Z\nb = \"\"\"\none \\\"\"\" two\"\"\"\nc = '''\nx\n'''\n",
            "\u{FEFF}\"k \\u00e9\" = 1e9\r\nd.e.f = true\r\n",
        ],
        words: [
            "[", "]", "[[", "]]", "{", "}", "=", "\"", "'", "\"\"\"", "'''", "#", ".", "\n", "\\u0041", "\\U0010FFFF",
        ]
    ) { input, _ in
        let source = SourceText(.file("mounts.d/x.toml"), input)
        // TOMLKit ends the process at what it does not expect: in `make test` that would end every other test.
        if FuzzSettings.isAlone { try checkDocument(source) }
        // On text that no parser accepted the walk means nothing, but stays inside; it is as deep as the text.
        guard input.count(where: { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") }) < 256 else { return }
        for place in TOMLLocator.locate(input).values {
            for range in [place.value, place.name ?? place.value] {
                try require(range.lowerBound >= 0 && range.upperBound <= input.count, "a place outside: \(range)")
            }
        }
    }

    private static func checkDocument(_ source: SourceText) throws {
        do throws(DefinitionFailure) {
            _ = try TOMLDocument(source)
        } catch {
            try require(!error.diagnostics.rendered.isEmpty, "an error without words")
        }
    }

    /// A path is normal, keeps its bytes, and is put together again from its parts.
    static let remotePaths = FuzzTarget(
        "paths", samples: ["a/b/c", "/srv/x/", "a//./b", "..", "a/../b", "", "/", "~/x", "\u{E9}/\u{65}\u{301}"],
        words: ["/", ".", "..", "//", "/./", "/../", "~"]
    ) { input, random in
        guard let path = try? RemotePath(input) else { return }
        try require(try RemotePath(path.bytes) == path, "it changes when read again")
        try require(!path.components.contains { $0.bytes == [46, 46] || $0.bytes == [46] }, "it leads elsewhere")
        try require(path.components.reduce(.root) { $0.appending($1) } == path, "its parts are not the whole")
        try require(path.depth == path.components.count && path.ancestors.count == path.depth, "its depth is wrong")
        if let name = path.name, let parent = path.parent {
            try require(parent.appending(name) == path && path.isBelow(parent), "parent and name are not the whole")
            try require(path.relative(to: parent)?.bytes == name.bytes, "it is not below its parent")
        }
        try requireShowable(String(path.description.prefix(1000)))
        guard let other = try? RemotePath(random.pick(samplePaths)) else { return }
        try require(!(path < other && other < path), "an order that is none")
        try require(path == other || path < other || other < path, "an order that is none")
    }

    private static let samplePaths = ["a", "a/b", "a/b/c", "a!", "b", "", "\u{E9}", "srv/x"]

    /// What a URL means is written and read back; a problem never holds the password.
    static let remoteURLs = FuzzTarget(
        "URLs",
        samples: [
            "sftp://reports@ftp.example.com/outgoing", "ftps://me:se%2Fsame@[2001:db8::1]:990/~/x%20y", "ftp://host",
            "ftpes://a%40b:p@ss@host:21/", "ssh://host", "ftp://:sesame@/x", "sftp://host:99999/",
        ],
        words: ["://", "@", ":", "/", "%2F", "%", "[", "]", "~", "..", "ftp://", "sftp://"]
    ) { input, _ in
        let text = String(decoding: input, as: UTF8.self)
        _ = RemoteURL.looksLikeURL(text)
        do throws(URLProblem) {
            let url = try RemoteURL(text)
            try? require((url.port.map { (1...65535).contains($0) }) ?? true, "port \(url.port ?? 0)")
            let again = try RemoteURL(written(url))
            precondition(again == url, "\(url) became \(again)")
        } catch {
            try require(error.range.lowerBound >= 0 && error.range.upperBound <= text.utf8.count, "a place outside")
            try require(
                !isOnlyPassword(text) || !error.message.contains("sesame"), "the password in '\(error.message)'")
        }
    }

    /// Where mutation wrote the word into protocol or folder, it is no secret there.
    private static func isOnlyPassword(_ text: String) -> Bool {
        guard let start = text.firstRange(of: "://")?.upperBound else { return false }
        let authority = text[start...].prefix { $0 != "/" }
        return authority.contains("sesame@") && !text[..<start].contains("sesame")
            && !text[authority.endIndex...].contains("sesame")
    }

    private static func written(_ url: RemoteURL) -> String {
        var login = encoded(url.user ?? "")
        if let password = url.password { login += ":" + encoded(password.revealed) }
        let host = url.host.contains(":") ? "[\(encoded(url.host))]" : encoded(url.host)
        let port = url.port.map { ":\($0)" } ?? ""
        return "\(url.scheme.rawValue)://\(login.isEmpty ? "" : login + "@")\(host)\(port)\(folder(url.folder))"
    }

    private static func folder(_ folder: RemoteFolder?) -> String {
        switch folder {
        case nil: ""
        case .absolute(let path)?: "/." + (path.isRoot ? "" : "/") + encoded(path.bytes, keeping: UInt8(ascii: "/"))
        case .belowLogin(let path)?: "/~" + (path.isRoot ? "" : "/") + encoded(path.bytes, keeping: UInt8(ascii: "/"))
        }
    }

    private static func encoded(_ text: String) -> String { encoded(Array(text.utf8), keeping: nil) }

    private static func encoded(_ bytes: [UInt8], keeping kept: UInt8?) -> String {
        let digits = Array("0123456789ABCDEF")
        return bytes.map { byte in
            byte == kept
                ? String(UnicodeScalar(byte)) : "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
        }.joined()
    }
}
