import FileModel
import RemoteFileSystem
import SyncCore

extension TrashBin {
    /// Empties the folders of runs that are older than `days`.
    static func purge(_ replica: Replica, olderThan days: Int, now: Timestamp) async throws(StorageError) {
        guard days > 0 else { return }
        let limit = UTCStamp(now.advanced(by: .seconds(-86_400 * days))).description
        for folder in try await replica.files.entries(of: root) {
            let name = folder.name.string
            guard folder.attributes.isDirectory, name.utf8.count >= 15, isStamp(name), name < limit else { continue }
            try await removeTree(root.appending(folder.name), replica)
        }
    }

    private static func isStamp(_ name: String) -> Bool {
        name.utf8.prefix(15).enumerated().allSatisfy { index, byte in
            index == 8 ? byte == UInt8(ascii: "-") : (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
    }

    private static func removeTree(_ directory: RemotePath, _ replica: Replica) async throws(StorageError) {
        for entry in try await replica.files.entries(of: directory) {
            let path = directory.appending(entry.name)
            if entry.attributes.isDirectory {
                try await removeTree(path, replica)
            } else {
                try await replica.files.removeFile(path)
            }
        }
        try await replica.files.removeDirectory(directory)
    }
}
