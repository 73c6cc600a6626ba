import NIOCore
import SeededRandom

@testable import SFTP

/// Random packets of every kind.
enum Samples {
    static func path(_ random: inout SeededGenerator) -> SFTPPath {
        SFTPPath(random.bytes(Int.random(in: 0...300, using: &random)))
    }

    static func handle(_ random: inout SeededGenerator) -> SFTPHandle {
        SFTPHandle(random.bytes(Int.random(in: 0...256, using: &random)))
    }

    static func data(_ random: inout SeededGenerator) -> ByteBuffer {
        ByteBuffer(bytes: random.bytes(Int.random(in: 0...2000, using: &random)))
    }

    static func attributes(_ random: inout SeededGenerator) -> SFTPAttributes {
        var result = SFTPAttributes()
        if Bool.random(using: &random) { result.size = random.number(UInt64.self) }
        if Bool.random(using: &random) {
            result.owner = .init(user: random.number(UInt32.self), group: random.number(UInt32.self))
        }
        if Bool.random(using: &random) { result.permissions = random.number(UInt32.self) }
        if Bool.random(using: &random) {
            result.times = .init(accessed: random.number(UInt32.self), modified: random.number(UInt32.self))
        }
        return result
    }

    static func requests(_ random: inout SeededGenerator) -> [SFTPRequest] {
        [
            .open(path(&random), SFTPOpenFlags(rawValue: random.number(UInt32.self)), attributes(&random)),
            .close(handle(&random)),
            .read(handle(&random), offset: random.number(UInt64.self), length: random.number(UInt32.self)),
            .write(handle(&random), offset: random.number(UInt64.self), data(&random)),
            .lstat(path(&random)), .stat(path(&random)), .fstat(handle(&random)),
            .setstat(path(&random), attributes(&random)), .fsetstat(handle(&random), attributes(&random)),
            .opendir(path(&random)), .readdir(handle(&random)), .remove(path(&random)),
            .mkdir(path(&random), attributes(&random)), .rmdir(path(&random)), .realpath(path(&random)),
            .rename(from: path(&random), to: path(&random)), .readlink(path(&random)),
            .symlink(path(&random), target: path(&random)), .posixRename(from: path(&random), to: path(&random)),
            .statvfs(path(&random)), .fstatvfs(handle(&random)),
            .hardlink(existing: path(&random), new: path(&random)), .fsync(handle(&random)),
            .lsetstat(path(&random), attributes(&random)), .limits, .expandPath(path(&random)),
            .copyData(
                from: handle(&random), start: random.number(UInt64.self), length: random.number(UInt64.self),
                to: handle(&random), offset: random.number(UInt64.self)),
            .checkFile(
                SFTPFileCheck(
                    request: .checkFileHandle, handle: handle(&random), algorithms: ["sha256", "md5"],
                    start: random.number(UInt64.self), length: random.number(UInt64.self),
                    blockSize: random.number(UInt32.self))),
        ]
    }

    static func replies(_ random: inout SeededGenerator) -> [SFTPReply] {
        var names: [SFTPName] = []
        for _ in 0..<Int.random(in: 0...5, using: &random) {
            names.append(SFTPName(path(&random).bytes, attributes: attributes(&random)))
        }
        return [
            .status(SFTPStatus(.init(rawValue: random.number(UInt32.self)), message: "words")),
            .handle(handle(&random)), .data(data(&random)), .names(names), .attributes(attributes(&random)),
            .extended(data(&random)),
        ]
    }
}
