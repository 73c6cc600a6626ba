public import FileModel

/// What a session knows when it is ready.
public struct SessionFacts: Hashable, Sendable {
    public internal(set) var greeting = Reply(code: 220, lines: [])
    public internal(set) var features = FeatureSet()
    /// The login was encrypted.
    public internal(set) var isEncrypted = false
    public internal(set) var protectsData = false
    /// The control connection went back to clear text after the login (CCC).
    public internal(set) var clearedCommandChannel = false
    /// Where PWD stands after login; nil when the server would not say.
    public internal(set) var loginDirectory: RemotePath?
    /// The login was USER, 331, PASS, 230.
    var askedForPassword = false
    /// OPTS that are still to be sent; nothing depends on their replies.
    var openOptions: [Command] = []
    /// The answer to a data connection that was asked for together with the login.
    var nextData: Reply?
    var software = ServerSoftware.other

    init() {}
}

/// The path in a 257 reply: quoted, with quotes in it doubled (RFC 959 appendix II).
enum WorkingDirectoryReply {
    /// - Returns: nil for a reply without one, and for paths that do not start with a slash.
    static func path(_ reply: Reply) -> RemotePath? {
        guard reply.code == 257, let line = reply.lines.first, let open = line.firstIndex(of: 34) else { return nil }
        var path: [UInt8] = []
        var index = open + 1
        while index < line.count {
            if line[index] == 34 {
                guard index + 1 < line.count, line[index + 1] == 34 else { break }
                index += 1
            }
            path.append(line[index])
            index += 1
        }
        return path.first == UInt8(ascii: "/") ? try? RemotePath(path) : nil
    }
}
