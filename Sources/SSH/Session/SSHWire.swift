import CSSH2
import FileModel
import Glibc
import NIOCore

/// What libssh2 takes for its socket: bytes that arrived and bytes to send.
///
/// Sending always succeeds, so libssh2's rule to repeat a call that could not send never comes into play.
final class SSHWire {
    private(set) var inbound = ByteBuffer()
    private var outbound = ByteBuffer()
    /// Nothing more will arrive.
    var isEnded = false
    /// All was read, and nothing more will arrive.
    var isExhausted: Bool { isEnded && inbound.readableBytes == 0 }
    /// The first bytes that arrived: what the server says before SSH starts.
    private(set) var greeting: [UInt8] = []
    /// `SSH-2.0-OpenSSH_9.2p1`; whatever came before it where it is not the first line (RFC 4253 §4.2).
    var greetingLine: String {
        let lines = greeting.split { $0 == 10 || $0 == 13 }
        return printable(lines.first { $0.starts(with: Array("SSH-".utf8)) } ?? lines.first ?? [])
    }
    /// The first line is the greeting of an FTP server. An SSH server may say something first as well, but nobody is known
    /// to say that; such a server would wait for us, and we for it.
    var isGreetedByFTP: Bool {
        greeting.starts(with: Array("220 ".utf8)) || greeting.starts(with: Array("220-".utf8))
    }
    /// The server's words when it ended the session (RFC 4253 §11.1).
    fileprivate(set) var farewell: String?
    /// Answers the questions of keyboard-interactive.
    var questions: InteractiveAnswers?
    /// An agent may ask its user; how long it may take for one answer, in milliseconds.
    var agentPatience: CInt = 20_000
    /// An answer did not come in time.
    fileprivate(set) var isAgentSilent = false

    /// The first bytes that arrived, as far as the server's list of algorithms may reach.
    private(set) var opening: [UInt8] = []
    /// Algorithms that we offer, in the order of `SSHOffer.lists`.
    var supported: [[String]] = []

    private static let greetingLength = 200
    private static let openingLength = 8192

    func arrived(_ bytes: ByteBuffer) {
        if greeting.count < Self.greetingLength {
            greeting += bytes.readableBytesView.prefix(Self.greetingLength - greeting.count)
        }
        if opening.count < Self.openingLength {
            opening += bytes.readableBytesView.prefix(Self.openingLength - opening.count)
        }
        if inbound.readableBytes == 0 {
            inbound = bytes
        } else {
            inbound.writeImmutableBuffer(bytes)
        }
    }

    /// What is to be sent; nil when there is nothing.
    func takeOutbound() -> ByteBuffer? {
        guard outbound.readableBytes > 0 else { return nil }
        defer { outbound = ByteBuffer() }
        return outbound
    }

    /// As recv(2), with the error as a negative number.
    fileprivate func receive(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, inbound.readableBytes)
        if count == 0 { return isEnded ? 0 : -Int(EAGAIN) }
        inbound.readWithUnsafeReadableBytes { bytes in
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            return count
        }
        return count
    }

    fileprivate func send(_ bytes: UnsafeRawBufferPointer) -> Int {
        outbound.writeBytes(bytes)
        return bytes.count
    }
}

/// The callbacks that libssh2 gets. Each finds its wire in the session's `abstract` pointer.
enum SSHCallbacks {
    private typealias Abstract = UnsafeMutablePointer<UnsafeMutableRawPointer?>
    private typealias Receive = @convention(c) (CInt, UnsafeMutableRawPointer?, Int, CInt, Abstract?) -> Int
    private typealias Send = @convention(c) (CInt, UnsafeRawPointer?, Int, CInt, Abstract?) -> Int
    private typealias Disconnect =
        @convention(c) (OpaquePointer?, CInt, UnsafePointer<CChar>?, CInt, UnsafePointer<CChar>?, CInt, Abstract?) ->
        Void

    static func install(in session: OpaquePointer) {
        set(session, LIBSSH2_CALLBACK_RECV, unsafeBitCast(receive, to: UnsafeMutableRawPointer.self))
        set(session, LIBSSH2_CALLBACK_SEND, unsafeBitCast(send, to: UnsafeMutableRawPointer.self))
        set(session, LIBSSH2_CALLBACK_DISCONNECT, unsafeBitCast(disconnect, to: UnsafeMutableRawPointer.self))
    }

    private static func set(_ session: OpaquePointer, _ kind: CInt, _ callback: UnsafeMutableRawPointer) {
        libssh2_session_callback_set(session, kind, callback)
    }

    /// The session holds its wire as long as it lives, and callbacks only run inside calls on the session.
    private static func wire(_ abstract: Abstract?) -> SSHWire? {
        abstract?.pointee.map { Unmanaged<SSHWire>.fromOpaque($0).takeUnretainedValue() }
    }

    /// libssh2 also talks to agents through these, over a socket of its own.
    private static let receive: Receive = { socket, buffer, length, flags, abstract in
        guard socket == LibSSH2.unusedDescriptor else {
            // An agent that never answers must not keep the thread.
            var event = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            guard let wire = wire(abstract), poll(&event, 1, wire.agentPatience) == 1 else {
                wire(abstract)?.isAgentSilent = true
                return -Int(ETIMEDOUT)
            }
            return result(of: Glibc.recv(socket, buffer, length, flags))
        }
        return wire(abstract)?.receive(UnsafeMutableRawBufferPointer(start: buffer, count: length)) ?? -Int(EBADF)
    }

    private static let send: Send = { socket, bytes, length, flags, abstract in
        guard socket == LibSSH2.unusedDescriptor else {
            return result(of: Glibc.send(socket, bytes, length, flags | CInt(MSG_NOSIGNAL)))
        }
        return wire(abstract)?.send(UnsafeRawBufferPointer(start: bytes, count: length)) ?? -Int(EBADF)
    }

    private static func result(of call: Int) -> Int { call < 0 ? -Int(errno) : call }

    private static let disconnect: Disconnect = { _, _, message, length, _, _, abstract in
        guard let message, length > 0 else { return }
        let bytes = UnsafeRawBufferPointer(start: message, count: min(Int(length), 500))
        wire(abstract)?.farewell = printable(Array(bytes))
    }

    /// Answers the questions of keyboard-interactive.
    static let respond:
        @convention(c) (
            UnsafePointer<CChar>?, CInt, UnsafePointer<CChar>?, CInt, CInt,
            UnsafePointer<LIBSSH2_USERAUTH_KBDINT_PROMPT>?, UnsafeMutablePointer<LIBSSH2_USERAUTH_KBDINT_RESPONSE>?,
            UnsafeMutablePointer<UnsafeMutableRawPointer?>?
        ) -> Void = { _, _, _, _, count, prompts, responses, abstract in
            guard let prompts, let responses else { return }
            for index in 0..<Int(count) {
                let text = UnsafeRawBufferPointer(start: prompts[index].text, count: Int(prompts[index].length))
                let isEchoed = prompts[index].echo != 0
                let answer = wire(abstract)?.questions?.answer(Array(text), isEchoed: isEchoed) ?? ""
                // libssh2 frees it.
                responses[index].text = strdup(answer)
                responses[index].length = UInt32(answer.utf8.count)
            }
        }
}
