import NIOCore
import NIOPosix

/// The server's end of one scripted connection.
public struct ScriptedSession: Sendable {
    let channel: any Channel
    let inbox: ScriptInbox
    let record: ScriptRecord

    /// Sends text as it is; lines need their `\r\n`.
    public func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    public func send(_ bytes: [UInt8]) async throws {
        do {
            try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
        } catch {
            throw ScriptEnded()
        }
    }

    /// Sends text in single bytes, each in a packet of its own as far as the kernel allows.
    public func trickle(_ text: String) async throws {
        for byte in text.utf8 { try await send([byte]) }
    }

    /// The next line, without its end.
    public func line() async throws -> String {
        let line = try await inbox.next { bytes -> String? in
            guard let end = bytes.firstIndex(of: 10) else { return nil }
            defer { bytes.removeSubrange(...end) }
            return String(decoding: bytes[..<end].filter { $0 != 13 }, as: UTF8.self)
        }
        record.said(line)
        return line
    }

    /// The next `count` bytes.
    public func bytes(_ count: Int) async throws -> [UInt8] {
        try await inbox.next { bytes -> [UInt8]? in
            guard bytes.count >= count else { return nil }
            defer { bytes.removeFirst(count) }
            return Array(bytes.prefix(count))
        }
    }

    /// Reads a line, notes a problem unless it is `command`, and sends `answer` in any case.
    public func expect(_ command: String, answer: String) async throws {
        let line = try await line()
        if line != command { record.disagree("'\(line)' came instead of '\(command)'") }
        try await send(answer)
    }

    /// Stays silent until the client leaves.
    public func holdStill() async throws {
        _ = try await inbox.next { bytes -> Bool? in
            bytes.removeAll()
            return nil
        }
    }

    /// Everything until the client's end of stream.
    func remainder() async -> [UInt8] { await inbox.untilEnd() }

    public func close() { channel.close(promise: nil) }

    /// Ends the connection with a reset (RST).
    public func reset() {
        guard let socket = channel as? any SocketOptionProvider else { return close() }
        socket.setSoLinger(.init(l_onoff: 1, l_linger: 0)).whenComplete { [channel] _ in channel.close(promise: nil) }
    }

    /// Listens for one FTP data connection on a free port.
    public func passivePort() async throws -> ScriptedDataPort { try await ScriptedDataPort(record: record) }
}
