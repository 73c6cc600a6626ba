extension MountWorkload {
    static let all = reading + listing + smallFiles + writing

    private static let reading = [
        readCold("read-cold", "read one big file, cold", [.syncctl, .sshfs, .rclone], readTargets),
        readCold(
            "read-cold-openssh", "the same over the OpenSSH transport", [.syncctlOverOpenSSH, .sshfs, .rclone],
            Targets(sftp: 1.4)),
        readAgain, readRandom,
    ]

    private static let readTargets = Targets(sftp: 1.1, ftp: 2.5, ftps: 2.0, slowSFTP: 2.8, slowFTP: 1.0)

    private static func readCold(
        _ name: String, _ title: String, _ tools: [MountTool], _ targets: Targets
    ) -> MountWorkload {
        MountWorkload(
            name: name, title: title, targets: targets, tools: tools,
            arrange: { _ = try $0.bigFile() },
            command: { $0.stage.reader(.file, $0.mounted(try $0.bigFile())) },
            verify: { try $0.verifyRead(files: 1, bytes: $0.scale.bigFile) })
    }

    private static let readAgain = MountWorkload(
        name: "read-again", title: "the same again, unchanged",
        targets: Targets(
            sftp: .pageCache, ftp: .pageCache, ftps: .pageCache, slowSFTP: .pageCache, slowFTP: .pageCache),
        hasLocalReference: true,
        arrange: { _ = try $0.bigFile() },
        before: { $0.stage.reader(.file, $0.mounted(try $0.bigFile())) },
        command: { $0.stage.reader(.file, $0.mounted(try $0.bigFile())) },
        verify: { try $0.verifyRead(files: 1, bytes: $0.scale.bigFile) })

    private static let readRandom = MountWorkload(
        name: "read-random", title: "4 KiB random reads",
        targets: Targets(sftp: 1.2, ftp: 1.0, ftps: 1.0, slowSFTP: 1.0, slowFTP: 1.0),
        arrange: { _ = try $0.bigFile() },
        command: {
            $0.stage.reader(.random, $0.mounted(try $0.bigFile()), "--count", "\($0.scale.randomReads)")
        },
        verify: { try $0.verifyRead(files: 1, bytes: $0.scale.randomReads * 4096) })

    private static let smallFiles = [
        smallFiles(
            "small-serial", "read small files one after another", .folder, \.smallFiles,
            Targets(sftp: 1.4, ftp: 1.2, ftps: 1.2, slowSFTP: 1.45, slowFTP: 2.4)),
        smallFiles(
            "small-parallel", "read small files, 16 readers", .folderParallel, \.smallFiles,
            Targets(sftp: 1.2, ftp: 1.2, ftps: 1.2, slowSFTP: 3.5, slowFTP: 1.5)),
        smallFiles(
            "heads", "open + first 4 KiB", .heads, \.heads,
            Targets(sftp: 1.3, ftp: 1.2, ftps: 2.0, slowSFTP: 1.45, slowFTP: 2.4)),
    ]

    private static func smallFiles(
        _ name: String, _ title: String, _ operation: Work.Operation,
        _ shape: @escaping @Sendable (Scale) -> TreeShape, _ targets: Targets
    ) -> MountWorkload {
        MountWorkload(
            name: name, title: title, targets: targets,
            arrange: { _ = try $0.folder(shape($0.scale)) },
            command: { $0.stage.reader(operation, $0.mounted(try $0.folder(shape($0.scale)))) },
            verify: { try $0.verifyRead(files: shape($0.scale).files, bytes: shape($0.scale).files * 4096) })
    }
}

extension MountTrial {
    /// The big file at the server, below its root.
    fileprivate func bigFile() throws -> String { try remote.bigFile(scale.bigFile) + "/file" }

    /// The only folder of a tree at the server, below its root.
    fileprivate func folder(_ shape: TreeShape) throws -> String { try remote.tree(shape) + "/" + shape.folder(0) }
}
