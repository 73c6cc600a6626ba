import Testing

@testable import Definitions

@Suite struct DiagnosticTests {
    private func rendered(_ text: String, _ range: Range<Int>, label: String? = nil) -> String {
        let span = SourceSpan(SourceText(.file("mounts.d/prod.toml"), text.utf8), range)
        return Diagnostic(.error, "wrong", at: span, label: label).rendered
    }

    @Test func looksAsDocumented() {
        let text = "[remote]\nurl = \"sftp://h/\"\n# the port\nprot = 21\n"
        #expect(
            messages(text) == """
                mounts.d/prod.toml:4:1: error: unknown key 'prot' in [remote]
                  4 | prot = 21
                    | ^^^^ did you mean 'port'?
                """)
    }

    @Test func gutterGrowsWithTheLineNumber() {
        let text = String(repeating: "\n", count: 99) + "abc = 1"
        #expect(rendered(text, 99..<102) == "mounts.d/prod.toml:100:1: error: wrong\n  100 | abc = 1\n      | ^^^")
    }

    @Test func tabsStayTabsSoThatCaretsLineUp() {
        #expect(rendered("\tab = 1", 1..<3) == "mounts.d/prod.toml:1:2: error: wrong\n  1 | \tab = 1\n    | \t^^")
    }

    @Test func columnsCountCharacters() {
        let text = "name = \"é\" # x"
        #expect(rendered(text, 12..<13).hasPrefix("mounts.d/prod.toml:1:12:"))
    }

    @Test func controlCharactersAreNotSentToTheTerminal() {
        #expect(rendered("a = \"\u{1B}[31m\"", 0..<1).contains("a = \"\\x1B[31m\""))
    }

    @Test func endOfFileIsAPlace() {
        #expect(rendered("a = ", 4..<4) == "mounts.d/prod.toml:1:5: error: wrong\n  1 | a = \n    |     ^")
    }

    @Test func anArgumentHasNoLineNumber() {
        let span = SourceSpan(SourceText(.argument("-o"), "prot=21".utf8), 0..<4)
        #expect(
            Diagnostic(.error, "wrong", at: span, label: "so").rendered
                == "-o: error: wrong\n   | prot=21\n   | ^^^^ so")
    }

    @Test(arguments: [
        ("password = \"hunter2\" # x", "password = ***"),
        ("auth = { password = 'hunter2', anonymous = 3 }", "auth = { password = ***"),
        ("\"passphrase\"=\"hunter2\"", "\"passphrase\"=***"),
        ("url = \"ftp://me:hunter2@host/x\"", "url = \"ftp://me:***@host/x\""),
        ("url = \"ftp://me:hun@ter2@host/x\"", "url = \"ftp://me:***@host/x\""),
        ("url = \"ftp://me:hun/ter2@host/x\"", "url = \"ftp://me:***@host/x\""),
        ("password = \"\"\"hunter2", "password = ***"),
        ("password_file = \"cred\"", "password_file = \"cred\""),
        ("methods = [\"password\"]", "methods = [\"password\"]"),
        ("url = \"ftp://host:21/a@b\"", "url = \"ftp://host:21/a@b\""),
    ])
    func secretsAreMasked(line: String, shown: String) {
        #expect(rendered(line, 0..<1).contains("  1 | \(shown)\n"))
    }

    @Test func caretsBelowASecretDoNotTellItsLength() {
        #expect(rendered("url = \"ftp://me:hunter2@h\"", 16..<23).hasSuffix("    |                 ^^^"))
    }

    @Test func laterLinesOfALongSecretAreMasked() {
        let text = "password = \"\"\"\nhunter2\n\"\"\"\n"
        #expect(rendered(text, 15..<17).contains("  2 | ***\n"))
    }

    @Test(arguments: [
        ("prot", "port"), ("tiemout", "timeout"), ("max-connections", "max_connections"), ("Port", "port"),
        ("usr", "user"), ("keep_alive", "keepalive"),
    ])
    func nearNames(typed: String, meant: String) {
        #expect(NearName.find(typed, among: RemoteKeys.schema.keys.map(\.name)) == meant)
    }

    @Test func farNamesAreNotGuessed() {
        #expect(NearName.find("colour", among: RemoteKeys.schema.keys.map(\.name)) == nil)
        #expect(NearName.find("", among: ["a"]) == "a")
    }
}
