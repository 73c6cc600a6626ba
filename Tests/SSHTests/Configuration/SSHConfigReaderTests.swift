import Testing

@testable import SSH

/// ssh_config(5) without files.
@Suite struct SSHConfigReaderTests {
    private func read(
        _ text: String, host: String = "web", user: String? = nil, included: [String: String] = [:]
    ) throws(SSHConfigProblem) -> SSHConfigValues {
        let subject = SSHConfigReader.Subject(host: host, user: user, localUser: "anna")
        var reader = SSHConfigReader(subject) { pattern, _ in included[pattern].map { [(pattern, $0)] } ?? [] }
        try reader.read(text, file: "config", isUserFile: true)
        return reader.values
    }

    private func problem(_ text: String, host: String = "web", included: [String: String] = [:]) -> SSHConfigProblem? {
        do throws(SSHConfigProblem) {
            _ = try read(text, host: host, included: included)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        ("Port 22", ["port", "22"]), ("  Port=22", ["port", "22"]), ("port \t = \t22  ", ["port", "22"]),
        ("IdentityFile \"a b\" c", ["identityfile", "a b", "c"]), ("Host a # b", ["host", "a"]),
        ("Host a#b", ["host", "a#b"]), ("IdentityFile a\\ b", ["identityfile", "a b"]),
        ("IdentityFile 'a\\'b'", ["identityfile", "a'b"]), ("User a\\b", ["user", "a\\b"]),
        ("User a\r", ["user", "a"]),
    ])
    func linesAreTakenApart(_ text: String, _ expected: [String]) throws {
        let line = try #require(try SSHConfigLine.parse(text.utf8))
        #expect([line.keyword] + line.arguments == expected)
    }

    @Test func emptyLinesAndFaults() throws {
        for text in ["", "   ", "# Port 22", "\t#"] { #expect(try SSHConfigLine.parse(text.utf8) == nil) }
        #expect(throws: SSHConfigLine.Problem.noArgument(keyword: "port")) { try SSHConfigLine.parse("Port =".utf8) }
        #expect(throws: SSHConfigLine.Problem.openQuote(keyword: "user")) { try SSHConfigLine.parse("User \"a".utf8) }
    }

    @Test func whatLibSSH2CannotDoIsRefusedByNameWhereItApplies() {
        let error = problem("Host web\n  ProxyJump gate\n")
        #expect(error?.location == "config:2")
        #expect(error?.message.contains("'proxyjump' applies to web") == true)
        #expect(error?.message.contains("use transport = \"openssh\"") == true)
        #expect(problem("ProxyCommand nc %h %p")?.message.contains("'proxycommand'") == true)
        #expect(problem("Host other\n  ProxyJump gate\nHost web\n  Port 23\n") == nil)
        #expect(problem("Host web\n  ProxyJump none\nHost *\n  ProxyCommand nc %h %p\n") == nil)
        #expect(problem("ProxyCommand none\nProxyJump gate") == nil)
    }

    @Test func aMatchThatCannotBeJudgedMattersOnlyWhereItWouldCount() {
        let error = problem("Match exec \"test -e x\"\n  HostName inside\n")
        #expect(error?.location == "config:1" && error?.message.contains("this Match") == true)
        #expect(error?.message.contains("'hostname'") == true)
        #expect(problem("Match exec true\n  ForwardAgent yes\n") == nil)
        #expect(problem("HostName first\nMatch exec true\n  HostName inside\n") == nil)
        #expect(problem("Match host other exec true\n  HostName inside\n") == nil)
        #expect(problem("Match exec true\n  ProxyJump gate\n") != nil)
        #expect(problem("Match exec true\n  Port 23\nHost web\n  Port 24\n") != nil)
    }

    @Test func faultsCountOnlyInBlocksThatApply() {
        #expect(problem("Port many")?.message == "'many' is not a port")
        #expect(problem("IdentitiesOnly perhaps")?.message == "'perhaps' is neither yes nor no")
        #expect(problem("Host other\nPort many\nUser \"\n") == nil)
    }

    @Test func anEndlessIncludeEnds() {
        #expect(problem("Include a", included: ["a": "Include a"])?.message.contains("without end") == true)
        #expect(problem("Host other\nInclude a", included: ["a": "Include a"]) == nil)
    }

    @Test func tokensAreReplaced() throws {
        let tokens = SSHConfigTokens(
            home: "/home/anna", localHost: "desk.example.com", host: "10.0.0.1", originalHost: "web", hostKeyAlias: nil,
            port: 23, user: "remote", localUser: "anna", localUserID: 1000)
        #expect(try tokens.expand("~/k") == "/home/anna/k" && tokens.expand("a~/k") == "a~/k")
        #expect(
            try tokens.expand("%d %h %i %k %L %l %n %p %r %u %%")
                == "/home/anna 10.0.0.1 1000 web desk desk.example.com web 23 remote anna %")
        for text in ["%C", "%", "%x"] {
            let isKnown = (try? tokens.expand(text)) != nil
            #expect(!isKnown || text == "%")
        }
    }

    @Test func explicitValuesWin() throws {
        let values = try read("User other\nMatch user anna\n  HostName x\nMatch user boss\n  Port 3\n", user: "boss")
        #expect(values.user == nil && values.hostName == nil && values.port == 3)
    }
}
