import Glibc
import TestServers
import Testing

@testable import SSH

/// The same configurations read by us and by the installed ssh (`ssh -G`, ssh(1)).
@Suite(.timeLimit(.minutes(1))) struct SSHConfigOracleTests {
    private static let configs = [
        "Host web\n  HostName 10.0.0.1\n  Port 2222\n  User deploy\nHost *\n  User other\n  Port 1\n",
        "User first\nHost web\n  User second\n",
        "Host w?b !web\n  Port 7\nHost *.example.com !bad.example.com\n  Port 8\nHost [ab]* \"quoted one\" web\n  Port 9\n",
        "Host WEB\n  Port 7\nHost we*\n  HostName %h.inside.example.com\n",
        "HostName=%h-%%-x\nPort = 2200\nIdentityFile=\"/k/a b\"\nIdentityFile /k/second\nIdentityFile /k/second\n",
        "IdentitiesOnly yes\nHostKeyAlias farm\nUserKnownHostsFile /a /b\nUserKnownHostsFile /c\n",
        "Match host web\n  Port 11\nMatch originalhost other\n  Port 12\nMatch all\n  User everybody\n",
        "Host web\n  HostName inside\nMatch host inside\n  Port 13\nMatch host web\n  Port 14\n",
        "Match user deploy\n  Port 15\nMatch !user deploy\n  Port 16\n",
        "User deploy\nMatch user deploy,admin\n  Port 15\n",
        "Match canonical\n  Port 17\nMatch !canonical host web\n  Port 18\n",
        "Host other\n  Include inc/one\nHost web\n  Include inc/*\n  User after\nHost *\n  User last\n",
        "Include inc/one inc/none\nHostName z\n",
        "# comment\n\tHost\tweb  other # comment\n\tPort\t24\n  ForwardAgent yes\n  SendEnv LANG LC_*\n",
        "Host *\n  IdentityAgent none\n  IdentityFile /k/%r@%h\nHost web\n  IdentityFile ~/k\n",
        "Host !other\n  Port 25\nHost !other *\n  Port 26\n",
    ]
    private static let hosts = ["web", "other", "a.example.com", "bad.example.com"]

    /// Lines of `ssh -G`, by keyword.
    private func oracle(_ config: String, host: String, folder: TemporaryFolder) async throws -> [String: [String]] {
        try write(config, to: folder("home/.ssh/config"))
        // ssh takes the home folder from passwd, so its relative includes are given as absolute ones.
        try write(
            config.replacing("inc/", with: folder("home/.ssh/inc/")), to: folder("config"))
        let result = try await run(["ssh", "-G", "-F", folder("config"), "--", host])
        guard result.succeeded else { throw SystemError("ssh -G: \(result.errors)", code: EINVAL) }
        var values: [String: [String]] = [:]
        for line in result.output.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
            values[parts[0], default: []].append(parts.count > 1 ? parts[1] : "")
        }
        return values
    }

    private func ours(_ host: String, _ folder: TemporaryFolder) throws -> SSHConfigValues {
        let localUser = String(cString: getpwuid(getuid()).pointee.pw_name)
        let subject = SSHConfigReader.Subject(host: host, localUser: localUser)
        return try SSHConfigFiles(files: [folder("config")]).values(for: subject)
    }

    @Test(arguments: configs.indices)
    func weReadAsSSHDoes(_ index: Int) async throws {
        let folder = try TemporaryFolder()
        for name in ["home", "home/.ssh", "home/.ssh/inc"] { mkdir(folder(name), 0o700) }
        try write("Port 30\nHost other\n  User fromone\n", to: folder("home/.ssh/inc/one"))
        try write("User fromtwo\nMatch all\n  HostName two\n", to: folder("home/.ssh/inc/two"))
        for host in Self.hosts {
            let expected = try await oracle(Self.configs[index], host: host, folder: folder)
            let values = try ours(host, folder)
            let name = SSHConfigTokens.hostName(values.hostName ?? host, host: host)
            #expect(name.lowercased() == expected["hostname"]?.first, "\(host)")
            #expect("\(values.port ?? 22)" == expected["port"]?.first, "\(host)")
            let user = values.user ?? String(cString: getpwuid(getuid()).pointee.pw_name)
            #expect(user == expected["user"]?.first, "\(host)")
            #expect((values.identitiesOnly ?? false) == (expected["identitiesonly"] == ["yes"]), "\(host)")
            #expect(values.hostKeyAlias == expected["hostkeyalias"]?.first, "\(host)")
            if !values.identityFiles.isEmpty {
                #expect(values.identityFiles == expected["identityfile"], "\(host)")
            } else {
                #expect(expected["identityfile"]?.allSatisfy { $0.hasPrefix("~/.ssh/id_") } ?? true, "\(host)")
            }
            if let files = values.userKnownHostsFiles {
                #expect(expected["userknownhostsfile"] == [files.joined(separator: " ")], "\(host)")
            }
        }
    }

    @Test func filesThatOthersCanWriteAreRefused() throws {
        let folder = try TemporaryFolder()
        try write("Port 3\n", to: folder("config"))
        chmod(folder("config"), 0o666)
        #expect(throws: (any Error).self) { try ours("web", folder) }
    }
}
