extension MountWorkload {
    static let listing = [
        MountWorkload(
            name: "walk", title: "find with stat of a cold tree",
            targets: Targets(sftp: 2.0, ftp: 2.0, ftps: 2.0, slowSFTP: 10.0, slowFTP: 9.0),
            arrange: { _ = try $0.remote.tree($0.scale.walk) },
            command: {
                CommandLine("find", $0.mounted(try $0.remote.tree($0.scale.walk)), "-type", "f", "-printf", "%s\\n")
            },
            verify: { trial in
                let sizes = trial.stage.output.split(separator: "\n").map { Int($0) }
                try verify(sizes, trial.scale.walk)
            }),
        MountWorkload(
            name: "list", title: "ls -l of one big folder",
            targets: Targets(sftp: 2.5, ftp: 1.4, ftps: 1.4, slowSFTP: 3.0, slowFTP: 1.2),
            arrange: { _ = try $0.remote.tree($0.scale.listing) },
            command: {
                let tree = try $0.remote.tree($0.scale.listing)
                return CommandLine("ls", "-l", $0.mounted("\(tree)/\($0.scale.listing.folder(0))"))
            },
            verify: { trial in
                // -rw-r--r-- 1 owner group SIZE …, after a line with the total
                let lines = trial.stage.output.split(separator: "\n").dropFirst()
                let sizes = lines.map { $0.split(separator: " ", maxSplits: 5).dropFirst(4).first.flatMap { Int($0) } }
                try verify(sizes, trial.scale.listing)
            }),
    ]

    private static func verify(_ sizes: [Int?], _ shape: TreeShape) throws {
        try require(sizes.count == shape.files, "\(sizes.count) of \(shape.files) files")
        try require(sizes.allSatisfy { $0 == shape.fileSize }, "a file has a wrong size")
    }
}
