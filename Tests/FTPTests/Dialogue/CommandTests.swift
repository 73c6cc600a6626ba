import FileModel
import NIOCore
import Testing

@testable import FTP

@Suite struct CommandTests {
    private func line(_ command: Command, doublingIAC: Bool = true) -> [UInt8] {
        var buffer = ByteBuffer()
        command.encode(into: &buffer, doublingIAC: doublingIAC)
        return Array(buffer.readableBytesView)
    }

    @Test func pathsAreAbsoluteAndEndTheLine() throws {
        #expect(line(try .retrieve(RemotePath("-a/ b "))) == Array("RETR /-a/ b \r\n".utf8))
        #expect(line(try .changeDirectory(.root)) == Array("CWD /\r\n".utf8))
        #expect(line(.typeBinary) == Array("TYPE I\r\n".utf8))
    }

    @Test func telnetBytesAreDoubledWhereTheServerHalvesThem() throws {
        let path = try RemotePath([0x61, 0xFF, 0x62])
        #expect(line(try .delete(path)) == Array("DELE /a".utf8) + [0xFF, 0xFF] + Array("b\r\n".utf8))
        #expect(line(try .delete(path), doublingIAC: false) == Array("DELE /a".utf8) + [0xFF] + Array("b\r\n".utf8))
    }

    @Test(arguments: ["a\rb", "a\nb", "a\r\nDELE x"])
    func lineBreaksCannotSmuggleCommands(name: String) throws {
        let path = try RemotePath(name)
        let error = #expect(throws: StorageError.self) { try Command.delete(path) }
        #expect(error?.code == .invalidName)
        #expect(throws: StorageError.self) { try Command.user("x\r\nDELE y") }
    }

    @Test func secretsAreNotShown() throws {
        let command = try Command.password(Secret("hunter2"))
        #expect("\(command)" == "PASS ••••")
        #expect(line(command) == Array("PASS hunter2\r\n".utf8))
        let error = #expect(throws: StorageError.self) { try Command.password(Secret("hunter2\r\n")) }
        #expect(error?.message.contains("hunter2") == false)
    }
}
