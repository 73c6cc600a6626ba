import Glibc
import Testing

@testable import VirtualFileSystem

/// A folder for rescued or pending files that goes with the test.
final class Folder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/remora-rescue-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        if let stream = opendir(path) {
            while let entry = readdir(stream) {
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { _ = unlinkat(dirfd(stream), $0, 0) }
                }
            }
            closedir(stream)
        }
        rmdir(path)
    }

    var store: RescueStore { RescueStore(folder: path) }
}
