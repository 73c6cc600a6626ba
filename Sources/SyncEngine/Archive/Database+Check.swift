import FileModel
import Glibc
import SQLite

extension Database {
    /// Checks the structure of a file that takes no noticeable time to read; a larger one is found damaged when the
    /// damaged page is met.
    func quickCheckIfSmall() throws(StorageError) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_size < 32 << 20 else { return }
        try quickCheck()
    }
}
