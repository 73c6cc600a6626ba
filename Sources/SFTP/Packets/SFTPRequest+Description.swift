import FileModel

extension SFTPRequest: CustomStringConvertible {
    /// `OPEN /srv/a write,create,truncate`, `WRITE 3 at 0, 32768 bytes`: the line of a log, without content.
    var description: String {
        switch self {
        case .open(let path, let flags, let attributes): line("OPEN", path, flags.description, attributes.description)
        case .close(let handle): line("CLOSE", handle)
        case .read(let handle, let offset, let length): line("READ", handle, "at \(offset), \(length) bytes")
        case .write(let handle, let offset, let data):
            line("WRITE", handle, "at \(offset), \(data.readableBytes) bytes")
        case .lstat(let path): line("LSTAT", path)
        case .stat(let path): line("STAT", path)
        case .fstat(let handle): line("FSTAT", handle)
        case .setstat(let path, let attributes): line("SETSTAT", path, attributes.description)
        case .fsetstat(let handle, let attributes): line("FSETSTAT", handle, attributes.description)
        case .opendir(let path): line("OPENDIR", path)
        case .readdir(let handle): line("READDIR", handle)
        case .remove(let path): line("REMOVE", path)
        case .mkdir(let path, let attributes): line("MKDIR", path, attributes.description)
        case .rmdir(let path): line("RMDIR", path)
        case .realpath(let path): line("REALPATH", path)
        case .rename(let from, let to): line("RENAME", from, "to \(to)")
        case .readlink(let path): line("READLINK", path)
        case .symlink(let path, let target): line("SYMLINK", path, "to \(target)")
        default: extensionDescription
        }
    }

    private var extensionDescription: String {
        switch self {
        case .posixRename(let from, let to): line("posix-rename", from, "to \(to)")
        case .statvfs(let path): line("statvfs", path)
        case .fstatvfs(let handle): line("fstatvfs", handle)
        case .hardlink(let existing, let new): line("hardlink", existing, "as \(new)")
        case .fsync(let handle): line("fsync", handle)
        case .lsetstat(let path, let attributes): line("lsetstat", path, attributes.description)
        case .limits: "limits"
        case .expandPath(let path): line("expand-path", path)
        case .copyData(let from, let start, let length, let to, let offset):
            line("copy-data", from, "at \(start), \(length) bytes to \(to) at \(offset)")
        case .checkFile(let check):
            line(check.request.name, check.handle, "at \(check.start), \(check.length) bytes")
        default: "?"
        }
    }

    private func line(_ verb: String, _ object: some CustomStringConvertible, _ rest: String...) -> String {
        ([verb, object.description] + rest.filter { !$0.isEmpty }).joined(separator: " ")
    }
}

extension SFTPReply: CustomStringConvertible {
    /// `STATUS 2 No such file`, `DATA 32768 bytes`, `NAME 100 names`.
    var description: String {
        switch self {
        case .status(let status): "STATUS \(status.code.rawValue) \(status.message)"
        case .handle(let handle): "HANDLE \(handle)"
        case .data(let bytes): "DATA \(bytes.readableBytes) bytes"
        case .names(let names) where names.count == 1: "NAME \(printable(names[0].bytes))"
        case .names(let names): "NAME \(names.count) names"
        case .attributes(let attributes): "ATTRS \(attributes)"
        case .extended(let body): "EXTENDED_REPLY \(body.readableBytes) bytes"
        }
    }
}

extension SFTPHandle: CustomStringConvertible {
    /// Hexadecimal: handles are opaque, and often binary.
    public var description: String {
        "0x" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension SFTPAttributes: CustomStringConvertible {
    /// `size=5 mode=100644 mtime=1700000000`; empty where nothing was sent.
    public var description: String {
        [
            size.map { "size=\($0)" }, owner.map { "owner=\($0.user):\($0.group)" },
            permissions.map { "mode=\(String($0, radix: 8))" }, times.map { "mtime=\($0.modified)" },
        ].compactMap(\.self).joined(separator: " ")
    }
}

extension SFTPOpenFlags: CustomStringConvertible {
    public var description: String {
        let names: [(SFTPOpenFlags, String)] = [
            (.read, "read"), (.write, "write"), (.append, "append"), (.create, "create"), (.truncate, "truncate"),
            (.exclusive, "exclusive"),
        ]
        return names.filter { contains($0.0) }.map(\.1).joined(separator: ",")
    }
}
