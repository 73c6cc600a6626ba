import Testing

@testable import Definitions

/// The exact words of every kind of error, as users and the documentation see them.
@Suite struct ErrorTests {
    private let remote = "[remote]\nurl = \"sftp://h/\"\n"
    private let ftp = "[remote]\nurl = \"ftpes://h/\"\n"

    @Test func syntax() {
        let text = messages("[remote]\nurl = \"sftp://h\nport = 21\n")
        #expect(text.hasPrefix("mounts.d/prod.toml:2:"))
        #expect(text.contains(": error: syntax error: "))
        #expect(text.contains("  2 | url = \"sftp://h\n"))
    }

    @Test func duplicateKey() {
        let text = messages("[remote]\nport = 1\nport = 2\n")
        #expect(text.hasPrefix("mounts.d/prod.toml:3:"))
        #expect(text.contains("port"))
    }

    @Test func notUTF8() {
        let source = SourceText(.file("x.toml"), Array("a = \"é\"\nb = \"".utf8) + [0xFF] + Array("\"\n".utf8))
        #expect { try TOMLDocument(source) } throws: {
            "\($0)".hasPrefix("x.toml:2:6: error: the text is not UTF-8 here\n")
        }
    }

    @Test func nul() {
        let source = SourceText(.file("x.toml"), [UInt8(ascii: "a"), 0])
        #expect { try TOMLDocument(source) } throws: {
            "\($0)".hasPrefix("x.toml:1:2: error: a NUL byte is not allowed in TOML\n")
        }
    }

    @Test func allErrorsOfAFileInTheOrderOfItsLines() {
        let text = """
            [remote]
            url = "sftp://h/"
            max_connections = 0
            prot = 21
            [remote.ssh]
            host_key = "known_hosts"
            [mount]
            umask = 22
            """
        #expect(
            messages(text) == """
                mounts.d/prod.toml:3:19: error: 'max_connections' must be a number from 1 to 25, not 0
                  3 | max_connections = 0
                    |                   ^
                mounts.d/prod.toml:4:1: error: unknown key 'prot' in [remote]
                  4 | prot = 21
                    | ^^^^ did you mean 'port'?
                mounts.d/prod.toml:6:12: error: 'host_key' must be "known-hosts", "tofu", "pin" or "any", not "known_hosts"
                  6 | host_key = "known_hosts"
                    |            ^^^^^^^^^^^^^ did you mean "known-hosts"?
                mounts.d/prod.toml:8:9: error: 'umask' must be an octal mask in quotes such as "022", not 22
                  8 | umask = 22
                    |         ^^ did you mean "022"?
                """)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        /// Lines behind a valid [remote]; the error is on the last one.
        let lines: String
        let message: String
        var mark = ""
        var label = ""
        var isFTP = false
        var testDescription: String { lines }
    }

    @Test(arguments: [
        Row(
            lines: "timeout = \"10\"",
            message: "'timeout' must be a duration such as \"10s\", \"5m\" or \"2h\", not below 10ms, not \"10\"",
            mark: "\"10\"", label: "did you mean \"10s\"?"),
        Row(
            lines: "timeout = 10",
            message: "'timeout' must be a duration such as \"10s\", \"5m\" or \"2h\", not below 10ms, not 10",
            mark: "10", label: "did you mean \"10s\"?"),
        Row(
            lines: "keepalive = \"soon\"",
            message: "'keepalive' must be a duration such as \"10s\", \"5m\" or \"2h\", not \"soon\"", mark: "\"soon\""),
        Row(
            lines: "max_connections = \"8\"", message: "'max_connections' must be a number from 1 to 25, not \"8\"",
            mark: "\"8\"", label: "did you mean 8?"),
        Row(
            lines: "max_connections = true", message: "'max_connections' must be a number from 1 to 25, not true",
            mark: "true"),
        Row(
            lines: "bind = \"localhost\"",
            message: "'bind' must be an IPv4 or IPv6 address of this machine, not \"localhost\"", mark: "\"localhost\""),
        Row(
            lines: "address_family = \"ipv5\"",
            message: "'address_family' must be \"any\", \"ipv4\" or \"ipv6\", not \"ipv5\"", mark: "\"ipv5\"",
            label: "did you mean \"ipv4\"?"),
        Row(
            lines: "rate_limit = \"1M\"", message: "'rate_limit' is a table of its own, not a string",
            mark: "rate_limit", label: "write [remote.rate_limit]"),
        Row(
            lines: "rate_limit = { down = \"fast\" }",
            message: "'down' must be a rate in bytes per second such as \"500k\" or \"2MiB\", not \"fast\"",
            mark: "\"fast\""),
        Row(lines: "port = 21", message: "", mark: ""),
        Row(
            lines: "protocol = \"ftp\"", message: "'protocol' is part of 'url' already", mark: "protocol",
            label: "keep one of the two"),
        Row(
            lines: "path = \"/x\"", message: "'path' is part of 'url' already", mark: "path",
            label: "keep one of the two"),
        Row(
            lines: "umask = \"022\"", message: "unknown key 'umask' in [remote]", mark: "umask",
            label: "it belongs in [mount]"),
        Row(
            lines: "[remote.tsl]", message: "unknown table [remote.tsl]", mark: "tsl",
            label: "did you mean [remote.tls]?"),
        Row(lines: "[mont]", message: "unknown table [mont]", mark: "mont", label: "did you mean [mount]?"),
        Row(
            lines: "[remote.auth]\nanonymous = true", message: "'anonymous' is for FTP, and this remote speaks SFTP",
            mark: "anonymous"),
        Row(
            lines: "[remote.auth]\nmethods = [\"pubkey\"]",
            message:
                "each element of 'methods' must be \"agent\", \"publickey\", \"keyboard-interactive\" or \"password\", not \"pubkey\"",
            mark: "\"pubkey\""),
        Row(
            lines: "[remote.auth]\npassword_file = \"a\"\npassword_env = \"B\"",
            message: "'password_file' gives the password already", mark: "password_env", label: "keep one of the two"),
        Row(
            lines: "[remote.tls]\ntrust = \"any\"", message: "'trust' is for FTP, and this remote speaks SFTP",
            mark: "trust"),
        Row(
            lines: "[remote.ftp]\nlisting = \"mlsd\"", message: "'listing' is for FTP, and this remote speaks SFTP",
            mark: "listing"),
        Row(
            lines: "[remote.ssh]\ntransport = \"command\"", message: "transport = \"command\" needs 'command'",
            mark: "\"command\""),
        Row(
            lines: "[remote.ssh]\ncommand = [\"x\"]", message: "'command' is not used", mark: "command",
            label: "it needs transport = \"command\""),
        Row(
            lines: "[remote.ssh]\nhost_key = \"pin\"", message: "host_key = \"pin\" needs 'pin_sha256'", mark: "\"pin\""
        ),
        Row(
            lines: "[remote.ssh]\npin_sha256 = [\"abc\"]",
            message:
                "each element of 'pin_sha256' must be a fingerprint such as \"SHA256:…\" from ssh-keygen -l, not \"abc\"",
            mark: "\"abc\""),
        Row(lines: "[remote.proxy]\ntype = \"socks5\"", message: "[remote.proxy] needs 'host'", mark: "proxy"),
        Row(
            lines: "[mount]\nuid = \"nobody-of-that-name\"",
            message: "there is no user 'nobody-of-that-name' on this machine", mark: "\"nobody-of-that-name\""),
        Row(
            lines: "[mount]\nread_only = \"true\"", message: "'read_only' must be true or false, not \"true\"",
            mark: "\"true\"", label: "did you mean true?"),
        Row(
            lines: "[mount]\nread_ahead = \"lots\"",
            message: "'read_ahead' must be a size such as \"500k\", \"8MiB\" or \"2GiB\", not \"lots\"",
            mark: "\"lots\""),
        Row(
            lines: "[mount]\nremote_path = \"a/../b\"",
            message: "the folder cannot be used: the name '..' is not a name", mark: "\"a/../b\""),
        Row(
            lines: "[log]\nlevel = \"warn\"",
            message:
                "'level' must be \"trace\", \"debug\", \"info\", \"notice\", \"warning\" or \"error\", not \"warn\"",
            mark: "\"warn\""),
        Row(
            lines: "[remote.ssh]\nhost_key = \"known-hosts\"\n[remote.auth]\nidentity_files = [\"k\"]",
            message: "'identity_files' is for SFTP, and this remote speaks FTP", mark: "identity_files", isFTP: true),
        Row(
            lines: "user = \"me\"\n[remote.auth]\nanonymous = true",
            message: "anonymous = true, and a user name as well", mark: "anonymous", label: "keep one of the two",
            isFTP: true),
        Row(
            lines: "[remote.tls]\nmode = \"implicit\"", message: "ftpes:// means explicit TLS, and mode says implicit",
            mark: "\"implicit\"", label: "use ftp:// to choose the mode here", isFTP: true),
        Row(
            lines: "[remote.tls]\nmin_version = \"SSLv3\"",
            message: "SSLv3 is broken and not part of OpenSSL any more; the oldest version that can be used is \"1.0\"",
            mark: "\"SSLv3\"", isFTP: true),
        Row(
            lines: "[remote.tls]\nmin_version = 1.2",
            message: "'min_version' must be \"1.0\", \"1.1\", \"1.2\" or \"1.3\", not 1.2", mark: "1.2",
            label: "did you mean \"1.2\"?", isFTP: true),
        Row(
            lines: "[remote.tls]\nmax_version = \"1.1\"\nmin_version = \"1.2\"",
            message: "'min_version' is above 'max_version'", mark: "\"1.2\"", isFTP: true),
        Row(
            lines: "[remote.tls]\ntrust = \"ca-file\"", message: "trust = \"ca-file\" needs 'ca_file'",
            mark: "\"ca-file\"", isFTP: true),
        Row(
            lines: "[remote.tls]\ntrust = \"pin\"", message: "trust = \"pin\" needs 'pin_sha256'", mark: "\"pin\"",
            isFTP: true),
        Row(
            lines: "[remote.tls]\nclient_key = \"k\"", message: "'client_key' needs 'client_certificate'",
            mark: "client_key", isFTP: true),
        Row(
            lines: "[remote.ftp]\nactive_ports = \"5-4\"",
            message: "'active_ports' must be a port range such as \"50000-50100\", not \"5-4\"", mark: "\"5-4\"",
            isFTP: true),
        Row(
            lines: "[remote.proxy]\ntype = \"http\"\nhost = \"p\"\n[remote.ftp]\ndata_connection = \"eprt\"",
            message: "data_connection = \"eprt\" cannot be used with a proxy: the server would have to connect to "
                + "this machine",
            mark: "\"eprt\"", label: "use \"auto\"", isFTP: true),
        Row(
            lines: "address_family = \"ipv6\"\n[remote.ftp]\ndata_connection = \"port\"",
            message: "PORT knows no IPv6", mark: "\"port\"", label: "use \"eprt\"", isFTP: true),
        Row(
            lines: "[remote.ftp]\ncode_page = \"CP99999\"",
            message: "the character set 'CP99999' is unknown here; `iconv -l` lists those that are known",
            mark: "\"CP99999\"", isFTP: true),
        Row(
            lines: "[remote.ftp]\ncode_page = \"UTF-16\"",
            message: "the character set 'UTF-16' cannot be used for file names: it does not contain ASCII",
            mark: "\"UTF-16\"", isFTP: true),
        Row(
            lines: "[remote.ftp]\ndate_format = \"dd.MM.jjjj\"",
            message:
                "the date pattern \"dd.MM.jjjj\" is wrong at its character 7: 'jjjj' is no token; there are yyyy yy "
                + "MM M MMM dd d ddd HH H hh h mm m ss s tt, and text between single quotes",
            mark: "\"dd.MM.jjjj\"", isFTP: true),
        Row(
            lines: "[remote.ftp]\ndate_format = \"HH:mm\"", message: "the date pattern \"HH:mm\" has no day (d or dd)",
            mark: "\"HH:mm\"", isFTP: true),
        Row(
            lines: "[remote.ftp]\nserver_timezone = \"Europe/Berlim\"",
            message: "there is no time zone 'Europe/Berlim'", mark: "\"Europe/Berlim\"",
            label: "did you mean \"Europe/Berlin\"?", isFTP: true),
    ])
    func one(row: Row) {
        let head = row.isFTP ? ftp : remote
        let text = head + row.lines + "\n"
        if row.message.isEmpty {
            #expect(messages(text) == "")
            return
        }
        let number = head.split(separator: "\n").count + row.lines.split(separator: "\n").count
        let line = String(row.lines.split(separator: "\n").last ?? "")
        let isHeader = row.mark == "proxy"
        let shownLine = isHeader ? "[remote.proxy]" : line
        let shownNumber = isHeader ? number - 1 : number
        let column =
            shownLine.range(of: row.mark).map { shownLine.distance(from: shownLine.startIndex, to: $0.lowerBound) } ?? 0
        let pad = String(repeating: " ", count: column)
        let carets = String(repeating: "^", count: row.mark.count)
        #expect(
            messages(text)
                == "mounts.d/prod.toml:\(shownNumber):\(column + 1): error: \(row.message)\n  \(shownNumber) | \(shownLine)\n    | \(pad)\(carets)"
                + (row.label.isEmpty ? "" : " \(row.label)"))
    }

    @Test func whatIsMissing() {
        #expect(
            messages("[mount]\n").hasPrefix(
                "mounts.d/prod.toml:1:1: error: a definition in mounts.d needs a [remote] table\n"))
        #expect(
            messages("[remote]\n").hasPrefix(
                "mounts.d/prod.toml:1:2: error: [remote] needs 'url', or 'protocol' and 'host'\n"))
        #expect(
            messages("[remote]\nprotocol = \"ftp\"\n").hasPrefix(
                "mounts.d/prod.toml:1:2: error: [remote] needs 'host'\n"))
        #expect(messages("[remote]\nurl = \"sftp:///x\"\n").contains("error: the URL has no host\n"))
    }

    @Test func whatIsTooLongForAServer() {
        let (user, name) = (String(repeating: "u", count: 256), String(repeating: "n", count: 256))
        let path = Array(repeating: String(repeating: "p", count: 200), count: 21).joined(separator: "/")
        let password = String(repeating: "s", count: 1025)
        #expect(messages("[remote]\nurl = \"sftp://\(user)@h\"").contains("the user name is 256 bytes long"))
        #expect(messages("[remote]\nurl = \"sftp://h\"\nuser = \"\(user)\"").contains("the user name is 256 bytes"))
        #expect(messages("[remote]\nurl = \"sftp://h/\(name)\"").contains("a name in the folder is 256 bytes long"))
        #expect(messages("[remote]\nurl = \"sftp://h/\(path)\"").contains("the folder is 4220 bytes long"))
        let text = messages("[remote]\nurl = \"sftp://u:\(password)@h\"")
        #expect(text.contains("the password is longer than 1024 bytes") && !text.contains("sss"))
        let longest = String(repeating: "n", count: 255)
        #expect(!messages("[remote]\nurl = \"sftp://\(longest)@h/\(longest)\"").contains("error"))
    }

    @Test func longNames() {
        let long = String(repeating: "x", count: 1025)
        #expect(
            messages(remote + "user = \"\(long)\"\n").contains(
                "error: the user name is 1025 bytes long; at most 1024 are possible\n"))
        let host = String(repeating: "h", count: 254)
        #expect(
            messages("[remote]\nprotocol = \"sftp\"\nhost = \"\(host)\"\n").contains(
                "error: the host is 254 bytes long; a name has at most 253\n"))
    }

    @Test(arguments: [
        ("url = \"ftpes://h:990/\"", "port 990 is for implicit TLS, and the mode is explicit"),
        ("url = \"ftps://h:21/\"", "port 21 is for plain FTP and explicit TLS, and the mode is implicit"),
        (
            "url = \"ftp://h\"\ntls.trust = \"any\"",
            "trust = \"any\" accepts every certificate: nobody can tell the server from an impostor"
        ),
        (
            "url = \"sftp://h\"\nssh.host_key = \"any\"",
            "host_key = \"any\" accepts every host key: nobody can tell the server from an impostor"
        ),
        (
            "url = \"ftpes://h\"\ntls = { clear_command_channel = true, protect_data = false }",
            "with clear_command_channel and without protect_data only the login is encrypted"
        ),
        ("url = \"ftpes://h\"\ntls.ca_file = \"ca.pem\"", "'ca_file' is not used"),
        ("url = \"sftp://h\"\nproxy.host = \"p\"", "this proxy is not used"),
        ("url = \"sftp://u:p@h\"", "a password inside a URL is easily seen by others"),
    ])
    func warnings(lines: String, message: String) {
        let findings = decodedMount("[remote]\n" + lines + "\n").findings
        #expect(findings.map(\.severity) == [.warning])
        #expect(findings.first?.message == message)
    }

    @Test func aPasswordInAFileThatOthersCanRead() {
        let text = remote + "[remote.auth]\npassword = \"hunter2\"\n"
        #expect(messages(text, mode: 0o600) == "")
        #expect(
            messages(text, mode: 0o640) == """
                mounts.d/prod.toml:4:1: error: this file holds a password and can be read by others; run: chmod 600 /etc/syncctl/mounts.d/prod.toml
                  4 | password = ***
                    | ^^^^^^^^
                """)
    }

    @Test(arguments: [
        (
            "remote = \"prd\"\ndirection = \"push\"\nlocal = \"/x\"", "1:10", "there is no 'prd' in mounts.d",
            "did you mean \"prod\"?"
        ),
        (
            "remote = \"bad\"\ndirection = \"push\"\nlocal = \"/x\"", "1:10", "the remote 'bad' has errors of its own",
            ""
        ),
        (
            "direction = \"push\"\nlocal = \"/x\"", "1:1",
            "a definition in sync.d needs 'remote', a name in mounts.d, or a [remote] table of its own", ""
        ),
        (
            "remote = \"prod\"\nlocal = \"/x\"", "1:1", "a definition in sync.d needs 'direction'",
            "\"push\", \"pull\" or \"sync\""
        ),
        (
            "remote = \"prod\"\ndirection = \"push\"", "1:1",
            "a definition in sync.d needs 'local', a folder of this machine", ""
        ),
        (
            "remote = \"prod\"\ndirection = \"up\"\nlocal = \"/x\"", "2:13",
            "'direction' must be \"push\", \"pull\" or \"sync\", not \"up\"", ""
        ),
    ])
    func syncs(text: String, place: String, message: String, label: String) {
        let rendered = syncMessages(text + "\n")
        #expect(rendered.hasPrefix("sync.d/nightly.toml:\(place): error: \(message)\n"))
        if !label.isEmpty { #expect(rendered.hasSuffix("^ \(label)")) }
    }

    @Test(arguments: [
        ("[schedule]\ncron = \"61 * * * *\"", "'cron' cannot be read: '61' is no minute (0 to 59)"),
        ("[schedule]\nevery = \"1h\"\ncron = \"@daily\"", "a schedule has either 'every' or 'cron'"),
        ("[schedule]\nevery = \"1h\"\ntimezone = \"Berlin\"", "there is no time zone 'Berlin'"),
        (
            "[schedule]\nevery = \"10ms\"",
            "'every' must be a duration such as \"10s\", \"5m\" or \"2h\", not below 1s, not \"10ms\""
        ),
        (
            "[schedule]\nevery = \"1h\"\nholidays = [\"2026-02-30\"]",
            "each element of 'holidays' must be a date such as \"2026-12-24\", not \"2026-02-30\""
        ),
        (
            "[filter]\nrules = [\"*.tmp\"]",
            "each element of 'rules' must be a rule such as \"- *.tmp\" or \"+ *.csv\", not \"*.tmp\""
        ),
        ("[filter]\nmin_size = \"2M\"\nmax_size = \"1M\"", "'min_size' is above 'max_size'"),
        ("[delete]\nmax = \"101%\"", "'max' must be a number, a percentage such as \"25%\", or \"off\", not \"101%\""),
        (
            "[transfer]\ntemporary_name = \"tmp\"",
            "'temporary_name' must be \"\" or a name with {name} and {id}, such as \".{name}.{id}.part\", not \"tmp\""
        ),
        ("[after]\nsource = \"delete\"", "source = \"delete\" is for push and pull"),
        ("[after]\ntrigger_file = \"../x\"", "the trigger file cannot be used: the name '..' is not a name"),
    ])
    func syncTables(lines: String, message: String) {
        let head = "remote = \"prod\"\ndirection = \"sync\"\nlocal = \"/x\"\n"
        let findings = decodedSync(head + lines + "\n").findings.filter(\.isError)
        #expect(findings.map(\.message) == [message])
        #expect(findings.first?.span != nil)
    }
}
