import Foundation
import Testing

@testable import Definitions

/// The examples at the top of the package are definitions that work.
@Suite struct ExampleTests {
    @Test func theExamplesAreValid() throws {
        let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
        let catalog = DefinitionCatalog(
            ProgramDirectories(environment: ["HOME": "/nowhere"], userID: 1000, config: folder))
        #expect(catalog.mountNames.starts(with: ["demo", "reports"]))
        #expect(catalog.check(only: ["demo", "reports", "nightly"]).rendered == "")
        let demo = try catalog.sync(named: "demo").value
        #expect(demo.remote.ssh.command == ["/usr/lib/openssh/sftp-server"])
        #expect(demo.folder.description == "~/demo/server/inbox")
        #expect(demo.local == folder + "/demo/local")
    }
}
