import FileModel
import NIOCore

/// Cuts the server's bytes into replies (RFC 959 §4.2).
///
/// Lines end with LF; a CR before it is dropped. A reply of several lines starts with `123-` and ends with a line that
/// starts with `123 ` or is `123`. Empty lines between replies are skipped. Memory is bounded whatever arrives.
struct ReplyParser {
    private var pending = ByteBuffer()
    /// Bytes of `pending` that were searched for a line end before.
    private var searched = 0
    private var unfinished: (code: Int, lines: [[UInt8]], size: Int)?
    private let limits: Limits

    struct Limits {
        var lineLength = 32 * 1024
        var replySize = 1024 * 1024
    }

    init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Whether bytes are waiting that belong to no finished reply.
    var isMidReply: Bool { pending.readableBytes > 0 || unfinished != nil }

    mutating func append(_ bytes: ByteBuffer) {
        // Once per delivery: after each line it would move all that follows, as often as there are lines.
        pending.discardReadBytes()
        var bytes = bytes
        pending.writeBuffer(&bytes)
    }

    /// The next complete reply; nil when more bytes are needed.
    ///
    /// - Throws: `.protocolViolation` for anything that is no reply; the stream is out of step from then on.
    mutating func next() throws(StorageError) -> Reply? {
        while let line = try nextLine() {
            if let reply = try take(line) { return reply }
        }
        return nil
    }

    private mutating func nextLine() throws(StorageError) -> [UInt8]? {
        let view = pending.readableBytesView
        guard let end = view[(view.startIndex + searched)...].firstIndex(of: 10) else {
            searched = pending.readableBytes
            // The last byte may be a CR, which does not count.
            guard searched <= limits.lineLength + 1 else { throw Self.endless("line") }
            return nil
        }
        var line = Array(view[..<end])
        pending.moveReaderIndex(forwardBy: line.count + 1)
        searched = 0
        if line.last == 13 { line.removeLast() }
        guard line.count <= limits.lineLength else { throw Self.endless("line") }
        return line
    }

    private mutating func take(_ line: [UInt8]) throws(StorageError) -> Reply? {
        if let code = unfinished?.code { return try takeContinuation(line, of: code) }
        if line.isEmpty { return nil }
        guard let code = Self.code(of: line), line.count == 3 || line[3] == 32 || line[3] == 45 else {
            throw StorageError(
                .protocolViolation, "the server answered \(quoted(line.prefix(80))), which is not an FTP reply")
        }
        let text = Array(line.dropFirst(4))
        guard line.count > 3, line[3] == UInt8(ascii: "-") else { return Reply(code: code, lines: [text]) }
        unfinished = (code, [text], text.count)
        return nil
    }

    private mutating func takeContinuation(_ line: [UInt8], of code: Int) throws(StorageError) -> Reply? {
        let isLast = Self.code(of: line) == code && (line.count == 3 || line[3] == UInt8(ascii: " "))
        let text = isLast ? Array(line.dropFirst(4)) : line
        // In place: a copy for each line would make long replies cost the square of their length.
        unfinished?.lines.append(text)
        // An empty line costs memory as well.
        unfinished?.size += text.count + 32
        guard let reply = unfinished, reply.size <= limits.replySize else { throw Self.endless("reply") }
        guard isLast else { return nil }
        unfinished = nil
        return Reply(code: code, lines: reply.lines)
    }

    /// 100 … 599 from three leading digits.
    private static func code(of line: [UInt8]) -> Int? {
        guard line.count >= 3, line[..<3].allSatisfy({ (48...57).contains($0) }) else { return nil }
        let code = line[..<3].reduce(0) { $0 * 10 + Int($1 - 48) }
        return (100..<600).contains(code) ? code : nil
    }

    private static func endless(_ what: String) -> StorageError {
        StorageError(.protocolViolation, "the server's \(what) does not end; this is no FTP server, or a broken one")
    }
}
