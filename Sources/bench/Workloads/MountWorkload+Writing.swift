import TestServers

extension MountWorkload {
    static let writing = [writeBig, copyTree, untar, copyTreeBack, untarBack, removeTree]

    private static let writers: [MountTool] = [.syncctl, .sshfs, .rclone, .rcloneCached]
    private static let backWriters: [MountTool] = [.syncctlWriteBack, .sshfs, .rclone, .rcloneCached]

    private static let writeBig = MountWorkload(
        name: "write-big", title: "write one big file until the server has it",
        targets: Targets(sftp: 1.1, ftp: 1.0, ftps: 1.3, slowSFTP: 2.4, slowFTP: 1.0), tools: writers,
        arrange: {
            try $0.makeScratch()
            _ = try $0.local.bigFile($0.scale.bigFile)
        },
        command: { CommandLine("cp", try $0.localBigFile(), $0.mounted($0.scratch)) },
        isSettled: { Disk.status($0.onDisk("\($0.scratch)/file")).map { Int($0.st_size) } == $0.scale.bigFile },
        verify: {
            let isSame = TreeComparison.haveSameBytes(try $0.localBigFile(), $0.onDisk("\($0.scratch)/file"))
            try require(isSame, "the server's file has other contents")
        })

    private static let copyTree = copy(
        "copy-tree", "cp -r of small files", writers,
        Targets(
            sftp: 1.4, ftp: 4.0, ftps: 4.0, slowSFTP: Target(ratio: 2, over: "sshfs"),
            slowFTP: Target(ratio: 2, over: "rclone")))

    private static let untar = unpack(
        "untar", "tar x of small files", writers,
        Targets(
            sftp: 1.5, ftp: 3.0, ftps: 3.0, slowSFTP: Target(ratio: 2.5, over: "sshfs"),
            slowFTP: Target(ratio: 2, over: "rclone")))

    private static let copyTreeBack = copy(
        "copy-tree-back", "cp -r, write = \"back\", until the server has it", backWriters,
        Targets(slowSFTP: 2.0, slowFTP: 2.0))

    private static let untarBack = unpack(
        "untar-back", "tar x, write = \"back\", until the server has it", backWriters,
        Targets(slowSFTP: 2.0, slowFTP: 2.0))

    private static func copy(
        _ name: String, _ title: String, _ tools: [MountTool], _ targets: Targets
    ) -> MountWorkload {
        treeWriting(name, title, tools, targets) { trial in
            CommandLine("cp", "-r", try trial.localTree(), trial.mounted("\(trial.scratch)/tree"))
        }
    }

    private static func unpack(
        _ name: String, _ title: String, _ tools: [MountTool], _ targets: Targets
    ) -> MountWorkload {
        treeWriting(name, title, tools, targets) { trial in
            // As it is for everybody but root.
            CommandLine(
                "tar", "-x", "--no-same-owner", "--no-same-permissions", "-f", trial.archive, "-C",
                trial.mounted(trial.scratch))
        }
    }

    private static func treeWriting(
        _ name: String, _ title: String, _ tools: [MountTool], _ targets: Targets,
        _ command: @escaping @Sendable (MountTrial) throws -> CommandLine
    ) -> MountWorkload {
        MountWorkload(
            name: name, title: title, targets: targets, tools: tools,
            arrange: {
                try $0.makeScratch()
                try await $0.makeArchive()
            },
            command: command,
            isSettled: {
                let shape = $0.scale.copied
                return Tree.count($0.onDisk("\($0.scratch)/tree")) == (shape.files, shape.files * shape.fileSize)
            },
            verify: { try requireSame($0.localTree(), $0.onDisk("\($0.scratch)/tree")) })
    }

    private static let removeTree = MountWorkload(
        name: "remove-tree", title: "rm -rf of small files",
        targets: Targets(sftp: 1.1, ftp: 7.0, ftps: 7.0, slowSFTP: 1.05, slowFTP: 4.0),
        arrange: {
            try $0.makeScratch()
            try Tree.make(
                $0.scale.copied, at: $0.onDisk("\($0.scratch)/tree"), owner: $0.remote.owner, modified: Dataset.modified
            )
        },
        command: { CommandLine("rm", "-rf", $0.mounted("\($0.scratch)/tree")) },
        isSettled: { Disk.status($0.onDisk("\($0.scratch)/tree")) == nil },
        verify: { _ in })
}

extension MountTrial {
    fileprivate func localBigFile() throws -> String { localPath(try local.bigFile(scale.bigFile)) + "/file" }
    fileprivate func localTree() throws -> String { localPath(try local.tree(scale.copied)) }

    /// A tar archive of the local tree, in which it is called `tree`.
    fileprivate var archive: String { localPath("tree-\(scale.copied.files).tar") }

    fileprivate func makeArchive() async throws {
        let tree = try local.tree(scale.copied)
        guard Disk.status(archive) == nil else { return }
        let result = try await run(
            ["tar", "-c", "-f", archive, "-C", local.root, "--transform", "s/^\(tree)/tree/", tree])
        try require(result.succeeded, "tar: \(result.errors)")
    }
}
