import NIOCore
import Testing

@testable import SFTP

/// One readable line for each packet, whatever bytes it holds.
struct DescriptionTests {
    private let handle = SFTPHandle([0, 0xAB])

    @Test func requests() {
        #expect(
            SFTPRequest.open(SFTPPath("/a\nb"), [.write, .create], SFTPAttributes(permissions: 0o644)).description
                == "OPEN /a\\x0Ab write,create mode=644")
        #expect(
            SFTPRequest.write(handle, offset: 7, ByteBuffer(string: "secret content")).description
                == "WRITE 0x00ab at 7, 14 bytes")
        #expect(
            SFTPRequest.posixRename(from: SFTPPath("a"), to: SFTPPath("b")).description == "posix-rename a to b")
        #expect(SFTPRequest.limits.description == "limits")
    }

    @Test func replies() {
        #expect(
            SFTPReply.status(SFTPStatus(.noSuchFile, message: "No such file")).description == "STATUS 2 No such file")
        #expect(SFTPReply.data(ByteBuffer(string: "secret")).description == "DATA 6 bytes")
        #expect(SFTPReply.names([SFTPName(Array("/home\u{1B}".utf8))]).description == "NAME /home\\x1B")
        #expect(SFTPReply.handle(handle).description == "HANDLE 0x00ab")
    }
}
