import FileModel

/// Where a server is, from `url` or from the keys protocol, host, port, user and path.
///
/// In a file a key must not repeat what the URL says; on the command line it replaces it.
struct RemoteAddress {
    private(set) var scheme = RemoteScheme.sftp
    private(set) var host = ""
    private(set) var port = 22
    private(set) var user: String?
    private(set) var folder = RemoteFolder.login
    private(set) var url: RemoteURL?
    private(set) var urlPlace: SourceSpan?
    private let reader: TableReader

    init(_ reader: TableReader) {
        self.reader = reader
        url = readURL()
        urlPlace = reader.place(of: RemoteKeys.url)
        let bareHost = readHost()
        let key = reader.read(RemoteKeys.scheme)
        let isCommand = reader.nested(SSHKeys.schema).read(SSHKeys.transport) == .command

        if let scheme = take(RemoteKeys.scheme, key, url?.scheme) ?? bareHost?.scheme {
            self.scheme = scheme
        } else if !isCommand, !reader.has(RemoteKeys.url) {
            reader.findings.error("[remote] needs 'url', or 'protocol' and 'host'", at: reader.place)
        }
        host = take(RemoteKeys.host, bareHost?.host, url?.host.nilIfEmpty) ?? ""
        if host.isEmpty, isCommand { host = "localhost" }
        reportMissingHost(bareHost)
        port = take(RemoteKeys.port, reader.read(RemoteKeys.port), url?.port) ?? scheme.defaultPort
        user = take(RemoteKeys.user, reader.read(RemoteKeys.user).nilIfEmpty, url?.user)
        folder = take(RemoteKeys.path, readPath(), url?.folder) ?? .login
    }

    /// The key's value or the URL's; both at once only where the key comes from the command line.
    private func take<Value, Read>(_ key: Key<Read>, _ value: Value?, _ fromURL: Value?) -> Value? {
        guard let value, fromURL != nil else { return value ?? fromURL }
        let place = reader.namePlace(of: key.name)
        if place?.source.isArgument != true {
            reader.findings.error("'\(key.name)' is part of 'url' already", at: place, label: "keep one of the two")
        }
        return value
    }

    private func readURL() -> RemoteURL? {
        let text = reader.read(RemoteKeys.url)
        guard !text.isEmpty else { return nil }
        do throws(URLProblem) {
            return try RemoteURL(text)
        } catch {
            let place = Self.place(of: error.range, in: text, span: reader.place(of: RemoteKeys.url))
            reader.findings.error(error.message, at: place, label: error.suggestion.map { "did you mean \($0)?" })
            return nil
        }
    }

    /// The place of a part of the URL; all of it where the text has escapes.
    private static func place(of range: Range<Int>, in text: String, span: SourceSpan?) -> SourceSpan? {
        guard let span else { return nil }
        let quotes = span.bytes.count - text.utf8.count
        guard quotes == 0 || quotes == 2, span.bytes.dropFirst(quotes / 2).starts(with: text.utf8) else { return span }
        let start = span.range.lowerBound + quotes / 2
        return SourceSpan(span.source, (start + range.lowerBound)..<(start + range.upperBound))
    }

    /// `host`, with or without a protocol in front.
    private func readHost() -> (host: String, scheme: RemoteScheme?)? {
        let text = reader.read(RemoteKeys.host)
        guard !text.isEmpty else { return nil }
        let place = reader.place(of: RemoteKeys.host)
        if RemoteURL.looksLikeURL(text) {
            do throws(URLProblem) {
                let url = try RemoteURL(text)
                if url.folder == nil, url.user == nil, url.port == nil { return (url.host, url.scheme) }
                reader.findings.error("'host' holds more than a host", at: place, label: "use 'url' for this")
            } catch {
                reader.findings.error(error.message, at: place)
            }
            return nil
        }
        var host = text
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        if let problem = HostName.problem(of: host) {
            reader.findings.error(problem, at: place)
            return nil
        }
        return (host, nil)
    }

    private func readPath() -> RemoteFolder? {
        RemoteAddress.folder(reader, RemoteKeys.path, base: .login)
    }

    /// A folder key; nil where it is absent or wrong.
    static func folder(_ reader: TableReader, _ key: Key<String>, base: RemoteFolder) -> RemoteFolder? {
        let text = reader.read(key)
        guard !text.isEmpty else { return nil }
        do throws(StorageError) {
            return try RemoteFolder(Array(text.utf8), relativeTo: base)
        } catch {
            reader.findings.error("the folder cannot be used: \(error.message)", at: reader.place(of: key))
            return nil
        }
    }

    private func reportMissingHost(_ bareHost: (host: String, scheme: RemoteScheme?)?) {
        guard host.isEmpty, url != nil || !reader.has(RemoteKeys.url), !reader.has(RemoteKeys.host) else { return }
        guard url != nil || reader.has(RemoteKeys.scheme) else { return }
        reader.findings.error(
            url == nil ? "[remote] needs 'host'" : "the URL has no host", at: url == nil ? reader.place : urlPlace)
    }
}
