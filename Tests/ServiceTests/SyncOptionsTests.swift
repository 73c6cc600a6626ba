import Definitions
import FileModel
import SyncCore
import SyncEngine
import Testing

@testable import Service

@Suite struct SyncOptionsTests {
    private func definition(
        _ direction: SyncDirection = .push, _ options: String...
    ) throws -> SyncDefinition {
        let catalog = DefinitionCatalog(ProgramDirectories(environment: ["HOME": "/nowhere"], userID: 1000))
        return try catalog.sync(
            url: "sftp://me@h/in", local: "/srv/x", direction: direction,
            overrides: DefinitionOverrides(options, scope: .sync)
        ).value
    }

    @Test func defaultsAreThoseOfTheEngine() throws {
        let options = try SyncOptions(try definition())
        let engine = SyncOptions(name: "x", localRoot: "/srv/x", mode: .push)
        #expect(options.mode == .push && options.localRoot == "/srv/x")
        #expect(options.deletes == engine.deletes && options.deleteLimit == engine.deleteLimit)
        #expect(options.conflict == engine.conflict && options.overwrite == engine.overwrite)
        #expect(options.temporaryName == engine.temporaryName && options.verification == engine.verification)
        #expect(options.trashDays == engine.trashDays && options.filter.settle == engine.filter.settle)
        #expect(options.filter.ignoreFile == engine.filter.ignoreFile)
        #expect(options.bandwidthLimit == nil && options.parallel == nil)
    }

    @Test func everySettingArrives() throws {
        let options = try SyncOptions(
            try definition(
                .push, "delete.mirror,delete.mode=permanent,delete.max=7,delete.trash_days=0,conflict.policy=keep-both",
                "transfer.parallel=3,transfer.temporary_name=,transfer.resume=no,transfer.verify=checksum",
                "transfer.keep_mtime=no,transfer.overwrite=always,after.source=delete,after.delete_empty_folders",
                "after.trigger_file=done/flag,main_file=*.csv,sequential,create_root",
                "filter.rules=- *.tmp,filter.rules=+ *.csv,filter.min_size=1k,filter.max_size=1M,filter.min_age=1m",
                "filter.max_age=1d,filter.symlinks=link,filter.settle=1s,filter.ignore_file=.no", "rate_limit.up=1MiB"))
        #expect(options.mode == .oneWay(from: .local, mirror: true))
        #expect(options.deletes == .permanent && options.deleteLimit == .count(7) && options.trashDays > 3650)
        #expect(options.conflict == .keepBoth && options.parallel == 3 && options.temporaryName.isEmpty)
        #expect(!options.resumes && options.verification == .checksum && !options.keepsTimes)
        #expect(options.overwrite == .always && options.deletesSource && options.deletesEmptyFolders)
        #expect(options.triggerFile?.string == "done/flag" && options.mainFile == "*.csv")
        #expect(options.isSequential && options.createsRoots)
        #expect(options.filter.rules.map(\.includes) == [false, true])
        #expect(options.filter.minimumSize == 1000 && options.filter.maximumSize == 1_000_000)
        #expect(options.filter.minimumAge == .seconds(60) && options.filter.maximumAge == .seconds(86_400))
        #expect(options.filter.links == .link && options.filter.settle == .seconds(1))
        #expect(options.filter.ignoreFile == ".no")
        #expect(options.bandwidthLimit == 1 << 20)
    }

    @Test func theRateOfTheDirectionCounts() throws {
        let rates = ["rate_limit.up=1MiB", "rate_limit.down=2MiB"]
        #expect(try SyncOptions(try definition(.pull, rates[0], rates[1])).bandwidthLimit == 2 << 20)
        #expect(try SyncOptions(try definition(.sync, rates[0], rates[1])).bandwidthLimit == 1 << 20)
        #expect(try SyncOptions(try definition(.pull, rates[0])).bandwidthLimit == nil)
    }

    @Test func foldersOfTheCommandLineHaveAnArchiveOfTheirOwn() throws {
        let first = try definition().archiveName
        #expect(first.hasPrefix("adhoc-"))
        #expect(try definition().archiveName == first)
        #expect(try definition(.push, "port=2222").archiveName != first)
        #expect(try definition(.push, "path=/other").archiveName != first)
    }

    @Test func theTargetNamesNoSecret() throws {
        let target = try definition(.push, "port=2222").runTarget
        #expect(
            target
                == RunTarget(
                    scheme: "sftp", host: "h", port: 2222, user: "me", folder: "/in", local: "/srv/x", direction: "push"
                ))
    }
}
