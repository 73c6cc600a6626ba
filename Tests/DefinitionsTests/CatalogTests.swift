import Testing

@testable import Definitions

@Suite struct CatalogTests {
    private func catalog(_ first: String, _ environment: [String: String] = [:]) -> DefinitionCatalog {
        var environment = environment
        environment["HOME"] = "/nowhere"
        return DefinitionCatalog(ProgramDirectories(environment: environment, userID: 1000, config: first))
    }

    private let sftp = "[remote]\nurl = \"sftp://a.example/x\"\n"

    @Test func searchPath() {
        let directories = ProgramDirectories(
            environment: ["HOME": "/home/me", "SYNCCTL_CONFIG": "/two", "XDG_CONFIG_HOME": "/three"], userID: 1000,
            config: "/one")
        #expect(directories.configuration.map(\.path) == ["/one", "/two", "/three/syncctl", "/etc/syncctl"])
        #expect(directories.configuration.map(\.isRequired) == [true, true, false, false])
        #expect(directories.state == "/home/me/.local/state/syncctl")
        #expect(directories.cache == "/home/me/.cache/syncctl")
        let root = ProgramDirectories(environment: ["HOME": "/root"], userID: 0)
        #expect([root.state, root.runtime] == ["/var/lib/syncctl", "/run/syncctl"])
        let moved = ProgramDirectories(environment: [:], userID: 0, state: "/s")
        #expect([moved.state, moved.runtime, moved.cache] == ["/s", "/s/run", "/s/cache"])
        let relative = ProgramDirectories(environment: ["HOME": "/h", "XDG_STATE_HOME": "rel"], userID: 5)
        #expect(relative.state == "/h/.local/state/syncctl")
    }

    @Test func theFirstNameWins() throws {
        try withTemporaryFolder { folder in
            try write(sftp, to: "\(folder)/one/mounts.d/prod.toml")
            try write("[remote]\nurl = \"sftp://b.example\"\n", to: "\(folder)/two/mounts.d/prod.toml")
            try write("[remote]\nurl = \"sftp://c.example\"\n", to: "\(folder)/two/mounts.d/test.toml")
            let catalog = catalog("\(folder)/one", ["SYNCCTL_CONFIG": "\(folder)/two"])
            #expect(catalog.mountNames == ["prod", "test"])
            #expect(try catalog.mount(named: "prod").value.remote.host == "a.example")
            #expect(try catalog.mount(named: "test").value.remote.host == "c.example")
        }
    }

    @Test func otherFilesAreIgnored() throws {
        try withTemporaryFolder { folder in
            for name in [
                ".hidden.toml", "a.toml~", "b.toml.bak", "c.bak", "readme.md", "ok.toml", ".toml", "#ok.toml#",
            ] {
                try write(name == "ok.toml" ? sftp : "broken [", to: "\(folder)/mounts.d/\(name)")
            }
            #expect(catalog(folder).mountNames == ["ok"])
            #expect(catalog(folder).check().isEmpty)
        }
    }

    @Test func aSyncTakesTheRemoteOfItsMount() throws {
        try withTemporaryFolder { folder in
            try write(sftp, to: "\(folder)/mounts.d/prod.toml")
            try write(
                "remote = \"prod\"\ndirection = \"push\"\nlocal = \"data\"\nremote_path = \"in\"\n",
                to: "\(folder)/sync.d/nightly.toml")
            let overrides = try DefinitionOverrides(["port=2222", "filter.settle=1s"], scope: .sync)
            let sync = try catalog(folder).sync(named: "nightly", overrides: overrides).value
            #expect(sync.remote.host == "a.example")
            #expect(sync.remote.port == 2222)
            #expect(sync.filter.settle == .seconds(1))
            #expect(sync.folder.description == "/x/in")
            #expect(sync.local == "\(folder)/data")
        }
    }

    @Test func allErrorsOfAllFiles() throws {
        try withTemporaryFolder { folder in
            try write("[remote]\nurl = \"sftp://h\"\nprot = 1\nusr = \"x\"\n", to: "\(folder)/mounts.d/a.toml")
            try write("[remote\n", to: "\(folder)/mounts.d/b.toml")
            try write("remote = \"a\"\ndirection = \"push\"\nlocal = \"/l\"\nlocl = 1\n", to: "\(folder)/sync.d/c.toml")
            let found = catalog(folder).check()
            #expect(
                found.map { $0.span?.location.replacing("\(folder)/", with: "") } == [
                    "mounts.d/a.toml:3:1", "mounts.d/a.toml:4:1", "mounts.d/b.toml:1:8", "sync.d/c.toml:1:10",
                    "sync.d/c.toml:4:1",
                ])
            #expect(catalog(folder).check(only: ["c"]).count == 2)
            #expect(catalog(folder).check(only: ["d"]).map(\.message) == ["there is no definition 'd'"])
        }
    }

    @Test func aBrokenFileDoesNotStopTheOthers() throws {
        try withTemporaryFolder { folder in
            try write("nonsense", to: "\(folder)/mounts.d/bad.toml")
            try write(sftp, to: "\(folder)/mounts.d/good.toml")
            #expect(try catalog(folder).mount(named: "good").value.remote.host == "a.example")
            #expect(throws: DefinitionFailure.self) { try catalog(folder).mount(named: "bad") }
        }
    }

    @Test func namesThatDoNotExist() throws {
        try withTemporaryFolder { folder in
            try write(sftp, to: "\(folder)/mounts.d/prod.toml")
            #expect { try catalog(folder).mount(named: "prd") } throws: {
                "\($0)" == "error: there is no definition 'prd' in mounts.d (did you mean 'prod'?)"
            }
            #expect { try catalog("\(folder)/none").mount(named: "prod") } throws: {
                "\($0)" == "error: the configuration folder \(folder)/none does not exist"
            }
        }
    }

    @Test func oneFolderForTwoMounts() throws {
        try withTemporaryFolder { folder in
            for name in ["a", "b"] {
                try write(sftp + "[mount]\nmountpoint = \"/mnt/x\"\n", to: "\(folder)/mounts.d/\(name).toml")
            }
            let found = catalog(folder).check()
            #expect(found.map(\.message) == ["/mnt/x is the mount point of \(folder)/mounts.d/a.toml already"])
            #expect(found.first?.span?.location == "\(folder)/mounts.d/b.toml:4:14")
        }
    }

    @Test func theModeOfTheFileCounts() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/mounts.d/prod.toml"
            try write(sftp + "[remote.auth]\npassword = \"x\"\n", to: path, mode: 0o644)
            #expect(
                catalog(folder).check().map(\.message) == [
                    "this file holds a password and can be read by others; run: chmod 600 \(path)"
                ])
        }
    }
}
