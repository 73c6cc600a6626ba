import Glibc

/// The account that clients log in with. It exists only inside the servers' sandbox.
struct TestAccount {
    let name: String
    let uid: uid_t
    let password = "correct horse battery"
    let home: String

    /// - Parameter isPrivate: whether the server runs in a sandbox that can have an account of its own;
    ///   otherwise it is the user who runs the tests.
    init(home: String, isPrivate: Bool) {
        self.home = home
        name = isPrivate ? "remora" : Self.currentUserName()
        uid = isPrivate ? 64_123 : getuid()
    }

    /// A line of passwd(5); `hash` is `x` where the hash stands in shadow(5).
    func passwdLine(hash: String = "x") -> String { "\(name):\(hash):\(uid):\(uid):Remora test:\(home):/bin/sh\n" }

    func shadowLine(hash: String) -> String { "\(name):\(hash):19000:0:99999:7:::\n" }

    func passwordHash() async throws -> String {
        let line = try await tool("openssl", "passwd", "-6", "-salt", "remora", password)
        return String(line.prefix { $0 != "\n" })
    }

    private static func currentUserName() -> String {
        guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else { return "root" }
        return String(cString: name)
    }
}
