import FileModel
import Testing

@testable import Definitions

@Suite struct RemoteURLTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let text: String
        var scheme = RemoteScheme.sftp
        var user: String?
        var password: String?
        var host = "h"
        var port: Int?
        var folder: String?
        var testDescription: String { text }
    }

    @Test(arguments: [
        Row(text: "sftp://h"), Row(text: "SFTP://h/", folder: "/"),
        Row(
            text: "ftpes://reports@ftp.example.com:21/outgoing", scheme: .ftpes, user: "reports",
            host: "ftp.example.com", port: 21, folder: "/outgoing"),
        Row(text: "ftp://h:990", scheme: .ftp, port: 990), Row(text: "ftps://h:/x", scheme: .ftps, folder: "/x"),
        Row(text: "sftp://me:s3cr%40t@h/~/in%20box/", user: "me", password: "s3cr@t", folder: "~/in box"),
        Row(text: "sftp://me:a@b@h/x", user: "me", password: "a@b", folder: "/x"),
        Row(text: "sftp://me:@h", user: "me", password: ""), Row(text: "sftp://h/~", folder: "~"),
        Row(text: "sftp://[2001:db8::1]:2222/a", host: "2001:db8::1", port: 2222, folder: "/a"),
        Row(text: "sftp://u@[fe80::1%25eth0]", user: "u", host: "fe80::1%eth0"),
        Row(text: "sftp://192.0.2.1/a//b/./c", host: "192.0.2.1", folder: "/a/b/c"),
        Row(text: "sftp://h/~user/x", folder: "/~user/x"), Row(text: "sftp://h/a#b?c", folder: "/a#b?c"),
        Row(text: "sftp:///srv/x", host: "", folder: "/srv/x"),
        Row(text: "ftp://h/%2Fetc", scheme: .ftp, folder: "/etc"),
    ])
    func reads(row: Row) throws {
        let url = try RemoteURL(row.text)
        #expect(url.scheme == row.scheme)
        #expect(url.user == row.user)
        #expect(url.password?.revealed == row.password)
        #expect(url.host == row.host)
        #expect(url.port == row.port)
        #expect(url.folder?.description == row.folder)
    }

    @Test func pathsAreBytes() throws {
        let url = try RemoteURL("ftp://h/caf%E9")
        #expect(url.folder == .absolute(try RemotePath([0x63, 0x61, 0x66, 0xE9])))
    }

    @Test(arguments: [
        ("ftp.example.com", "a URL starts with a protocol: ftp://, ftpes://, ftps:// or sftp://"),
        ("sfpt://h/", "unknown protocol 'sfpt'; use ftp, ftpes, ftps or sftp"),
        ("http://h/", "unknown protocol 'http'; use ftp, ftpes, ftps or sftp"),
        ("sftp://h:0/", "the port must be a number from 1 to 65535"),
        ("sftp://h:65536/", "the port must be a number from 1 to 65535"),
        ("sftp://h:x/", "the port must be a number from 1 to 65535"),
        ("sftp://2001:db8::1/", "an IPv6 address in a URL stands in brackets, such as sftp://[2001:db8::1]:22/"),
        ("sftp://[::1/", "the bracket around the IPv6 address is not closed"),
        ("sftp://h/a%2", "'%' must be followed by two hexadecimal digits; a plain one is %25"),
        ("sftp://h/%zz", "'%' must be followed by two hexadecimal digits; a plain one is %25"),
        ("sftp://h/a/../b", "the folder cannot be used: the name '..' is not a name"),
        ("sftp://h/%00", "the folder cannot be used: the name '\\x00' holds a NUL byte"),
        ("sftp://h o/", "'h o' is not a host name or address"),
        ("sftp://u%0A@h/", "the user name holds a control character"),
        ("sftp://u:%FF@h/", "the password is not UTF-8 after percent-decoding"),
        ("ftp://u:pa/ss@h/", "the URL cannot be read; a '/' in a password is written %2F, a ':' in a user name %3A"),
    ])
    func refuses(text: String, message: String) {
        #expect { try RemoteURL(text) } throws: { ($0 as? URLProblem)?.message == message }
    }

    @Test func aLongHostIsRefusedByLength() {
        let text = "sftp://" + String(repeating: "a", count: 254)
        #expect { try RemoteURL(text) } throws: {
            ($0 as? URLProblem)?.message == "the host is 254 bytes long; a name has at most 253"
        }
    }

    @Test func wordsThatAreMeantAsURLs() {
        #expect(RemoteURL.looksLikeURL("sftp://h"))
        #expect(RemoteURL.looksLikeURL("http://h"))
        #expect(!RemoteURL.looksLikeURL("prod"))
        #expect(!RemoteURL.looksLikeURL("/srv/a://b"))
        #expect(!RemoteURL.looksLikeURL("://x"))
    }

    @Test func theFaultIsPointedAtInsideTheURL() {
        let text = "[remote]\nurl = \"sftp://h:70000/x\"\n"
        #expect(
            messages(text) == """
                mounts.d/prod.toml:2:17: error: the port must be a number from 1 to 65535
                  2 | url = "sftp://h:70000/x"
                    |                 ^^^^^
                """)
    }

    @Test(arguments: [
        ("", "sub", "~/sub"), ("/", "sub", "/sub"), ("/a", "/b", "/b"), ("/a", "~/b", "~/b"), ("/a", "/~", "~"),
        ("/~/a", "b/c", "~/a/b/c"),
    ])
    func foldersAreRelativeToTheRemotes(base: String, text: String, result: String) throws {
        let base = try RemoteFolder(Array(base.utf8))
        #expect(try RemoteFolder(Array(text.utf8), relativeTo: base).description == result)
    }
}
