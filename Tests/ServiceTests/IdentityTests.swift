import Definitions
import Service
import Testing

/// One server and account have one identity, however they are spelled: it is what shares the cap.
@Suite struct IdentityTests {
    private func identity(_ url: String, _ options: String...) throws -> String {
        let catalog = DefinitionCatalog(ProgramDirectories(environment: [:], userID: 4242))
        let overrides = try DefinitionOverrides(options, scope: .mount)
        return try catalog.mount(url: url, overrides: overrides).value.remote.identity
    }

    @Test func spellingsOfOneFTPServerAreOne() throws {
        let expected = "ftp://web@files.example.com:21"
        for url in [
            "ftp://web@files.example.com", "ftp://web@FILES.Example.com:21/a/b", "ftpes://web@files.example.com./",
            "ftps://web@files.example.com:21", "ftpes://web:secret@files.example.com:21/~/x",
        ] {
            #expect(try identity(url) == expected, "\(url)")
        }
        #expect(try identity("ftp://files.example.com", "user=web") == expected)
        #expect(try identity("ftp://web@files.example.com:2121", "port=21") == expected)
    }

    @Test func spellingsOfOneSFTPServerAreOne() throws {
        #expect(try identity("sftp://web@Host") == "sftp://web@host:22")
        #expect(try identity("sftp://web@host:22/x", "ssh.transport=openssh") == "sftp://web@host:22")
        #expect(try identity("sftp://web@[FE80:0::0001]/x") == "sftp://web@[fe80::1]:22")
    }

    @Test func othersAreOthers() throws {
        let all = [
            "ftp://web@host", "ftp://Web@host", "ftp://host", "ftps://web@host", "sftp://web@host",
            "ftp://web@host:2121",
            "ftp://web@127.0.0.1",
        ]
        #expect(Set(try all.map { try identity($0) }).count == all.count)
    }

    @Test func nobodyIsAnonymousWithFTP() throws {
        #expect(try identity("ftp://host") == identity("ftp://anonymous@host"))
        #expect(try identity("ftp://host", "auth.anonymous=true") == identity("ftp://anonymous@host"))
    }
}
