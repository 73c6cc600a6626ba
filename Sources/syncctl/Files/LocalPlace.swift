import FileModel
import Foundation
import Glibc

/// A local path as a file command names it: an existing folder, and what is meant in it.
struct LocalPlace {
    /// Exists.
    let folder: String
    /// nil: the folder itself.
    let name: FileName?

    /// Where something is to be put: an existing folder takes it under its own name, anything else is its new name.
    ///
    /// - Throws: `.notFound` when the folder above does not exist.
    static func destination(_ text: String, for name: FileName?) throws(StorageError) -> LocalPlace {
        let path = absolute(text)
        if kind(path) == S_IFDIR { return LocalPlace(folder: path, name: name) }
        let (folder, last) = split(path)
        guard kind(folder) == S_IFDIR else {
            throw StorageError(.notFound, "the local folder \(folder) does not exist: make it first")
        }
        return LocalPlace(folder: folder, name: try FileName(last))
    }

    /// What is to be read; a link that the user names stands for what it leads to.
    static func source(_ text: String) throws(StorageError) -> LocalPlace {
        guard let resolved = realpath(text, nil) else {
            throw StorageError(
                StorageError.Code.local(errno), "\(text) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { free(resolved) }
        let path = String(cString: resolved)
        guard path != "/" else { return LocalPlace(folder: path, name: nil) }
        let (folder, last) = split(path)
        return LocalPlace(folder: folder, name: try FileName(last))
    }

    static func isFolder(_ text: String) -> Bool { kind(text) == S_IFDIR }

    /// The name under which a source arrives in a folder: as the user wrote it; nil for `.`, `..` and `/`.
    static func lastName(of text: String) -> FileName? {
        let last = split(absolute(text)).last
        return last == "." || last == ".." ? nil : try? FileName(last)
    }

    private static func absolute(_ text: String) -> String {
        var path = text.hasPrefix("/") ? text : FileManager.default.currentDirectoryPath + "/" + text
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }

    private static func split(_ path: String) -> (folder: String, last: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let folder = String(path[..<slash])
        return (folder.isEmpty ? "/" : folder, String(path[path.index(after: slash)...]))
    }

    private static func kind(_ path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }
}

extension StorageError.Code {
    fileprivate static func local(_ number: CInt) -> StorageError.Code {
        switch number {
        case ENOENT, ENOTDIR: .notFound
        case EACCES: .permissionDenied
        default: .failed
        }
    }
}
