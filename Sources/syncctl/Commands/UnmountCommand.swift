import ArgumentParser
import Definitions
import Dispatch
import FileModel
import Glibc
import Service

struct UnmountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unmount", abstract: "End a mount, after everything is uploaded.")

    @OptionGroup var directories: DirectoryOptions

    @Argument(help: ArgumentHelp("A definition or the folder it is mounted on.", valueName: "name|dir"))
    var target: String

    func run() async throws {
        let mountpoint = try folder()
        let registry = MountRegistry(folder: directories.directories().mountRegistry)
        if let record = registry.find(mountpoint) {
            if record.isDaemon {
                try Self.detach(mountpoint)
            } else {
                kill(record.process, SIGTERM)
            }
            await Self.waitForEnd(of: mountpoint, in: registry)
            if MountTable.entry(at: mountpoint)?.type.hasPrefix("fuse") == true {
                throw StorageError(.busy, "\(mountpoint) is still in use; close what is open in it and try again")
            }
            let left = WriteBackJournals(folder: directories.directories().pending).abandonedSentence
            if let left { Terminal.errors.writeLine("syncctl: \(left)") }
        } else {
            try Self.detach(mountpoint)
        }
    }

    private func folder() throws -> String {
        let catalog = directories.catalog()
        if !target.contains("/"), catalog.mountNames.contains(target) {
            guard let mountpoint = try catalog.mount(named: target).value.mount.mountpoint else {
                throw DefinitionFailure("\(target) has no mount point; name the folder it is mounted on")
            }
            return MountPoint.canonical(mountpoint)
        }
        return MountPoint.canonical(target)
    }

    /// fusermount3 -u: new work is refused, the process goes on until everything is uploaded.
    private static func detach(_ mountpoint: String) throws {
        guard let entry = MountTable.entry(at: mountpoint) else {
            throw StorageError(.notFound, "nothing is mounted on \(mountpoint)")
        }
        guard entry.type.hasPrefix("fuse") else {
            throw StorageError(.invalidArgument, "\(mountpoint) is a mount of type \(entry.type), not one of ours")
        }
        let child = try Spawn(words: ["fusermount3", "-u", "--", mountpoint]).start()
        guard Spawn.wait(for: child) == 0 else {
            throw StorageError(.busy, "\(mountpoint) could not be unmounted; close what is open in it and try again")
        }
    }

    private static func waitForEnd(of mountpoint: String, in registry: MountRegistry) async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                registry.waitForEnd(of: mountpoint)
                continuation.resume()
            }
        }
    }
}
