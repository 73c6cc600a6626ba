import FileModel
import Testing

@testable import FTP

@Suite struct ReplyMappingTests {
    /// As the servers say it.
    @Test(
        arguments: [
            (550, "/nope: No such file or directory", .notFound), (550, "/d: Directory not empty", .notEmpty),
            (550, "/f: Not a directory", .notDirectory), (550, "/d: Is a directory", .isDirectory),
            (550, "/d: File exists", .alreadyExists), (550, "/c: Permission denied", .permissionDenied),
            (550, "/d: Not a regular file", .isDirectory), (450, "nope: No such file", .notFound),
            (550, "Can't change directory to /x: No such file or directory", .notFound),
            (550, "Can't create directory: File exists", .alreadyExists),
            (550, "I can only retrieve regular files", .isDirectory),
            (550, "Sorry, but that file doesn't exist", .notFound),
            (451, "Rename/move failure: Directory not empty", .notEmpty),
            (553, "Can't open that file: Permission denied", .permissionDenied),
            (553, "Prohibited file name: x", .invalidName), (552, "Disk full", .noSpace),
            (452, "Insufficient storage space", .noSpace),
            (550, "The system cannot find the file specified.", .notFound),
            (550, "Access is denied.", .permissionDenied), (550, "Not enough privileges.", .permissionDenied),
            (450, "busy", .busy), (502, "not implemented", .unsupported),
            (425, "Can't open data connection", .dataConnectionFailed), (426, "Transfer aborted", .connectionLost),
            (530, "Please login with USER and PASS.", .connectionLost),
            (501, "Invalid number of parameters", .invalidArgument),
        ] as [(Int, String, StorageError.Code)])
    func codes(code: Int, text: String, expected: StorageError.Code) {
        #expect(ReplyMapping.code(of: Reply(code, text)) == expected)
    }

    @Test(arguments: [
        "Delete operation failed.", "Failed to open file.", "Could not get file size.",
        "Create directory operation failed.",
        "Can't check for file existence", "'/x' cannot be listed",
    ])
    func vagueRefusalsAreKnownAsSuch(text: String) {
        #expect(ReplyMapping.isVague(Reply(550, text)))
        #expect(!ReplyMapping.isVague(Reply(550, text + ": Permission denied")))
    }

    /// Servers shout, and names are not ASCII.
    @Test func wordsCountInAnyCase() throws {
        #expect(ReplyMapping.code(of: Reply(550, "NO SUCH FILE")) == .notFound)
        #expect(ReplyMapping.code(of: Reply(550, "Sorry, it DOESN\u{2019}T exist")) == .notFound)
        let path = try RemotePath("\u{c4}/Not Found")
        #expect(ReplyMapping.isVague(Reply(550, "/\u{c4}/Not Found: failed"), about: path))
    }

    /// A path in the reply is not its reason.
    @Test func echoesAreNotRead() throws {
        let path = try RemotePath("a/no such file exists")
        let reply = Reply(550, "/a/no such file exists: Permission denied")
        #expect(ReplyMapping.code(of: reply, path: path) == .permissionDenied)
        #expect(ReplyMapping.isVague(Reply(550, "/a/no such file exists: failed"), about: path))
    }

    /// A file called `file` is as absent as any other: its name stands in the server's own words.
    @Test func wordsThatHoldTheNameAreStillTheServers() throws {
        for text in ["/t/file: No such file or directory", "No such file or directory", "file: No such file"] {
            let reply = Reply(550, text)
            #expect(ReplyMapping.code(of: reply, path: try RemotePath("t/file")) == .notFound, "\(text)")
            #expect(!ReplyMapping.isVague(reply, about: try RemotePath("t/file")), "\(text)")
        }
        let echoed = Reply(550, "quota: Permission denied")
        #expect(ReplyMapping.code(of: echoed, path: try RemotePath("t/quota")) == .permissionDenied)
    }

    @Test(arguments: ["522 SSL/TLS required on the data channel", "522 Data connections must be encrypted."])
    func encryptionIsAskedFor(text: String) {
        let error = ReplyMapping.error(Reply(522, String(text.dropFirst(4))), action: "read /f")
        #expect(error.code == .tlsFailed)
        #expect(error.message.contains("protect_data = true"))
    }

    @Test func resumptionIsAskedForInTwoWays() {
        for reply in [
            Reply(425, "Unable to build data connection: Operation not permitted"),
            Reply(522, "SSL connection failed: session reuse required"),
        ] {
            #expect(ReplyMapping.refusesUnresumedSession(reply))
            let error = ReplyMapping.error(reply, action: "list /")
            #expect(error.message.contains("session_resumption"))
        }
        #expect(!ReplyMapping.refusesUnresumedSession(Reply(425, "Address already in use")))
    }

    @Test func limitsAreToldFromPasswords() {
        #expect(
            ReplyMapping.namesALimit(
                Reply(530, "Sorry, the maximum number of clients (4) for this user are already connected.")))
        #expect(ReplyMapping.namesALimit(Reply(421, "There are too many connections from your internet address.")))
        #expect(!ReplyMapping.namesALimit(Reply(530, "Login incorrect.")))
    }
}
