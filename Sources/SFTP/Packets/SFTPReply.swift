import NIOCore

/// What the server answers to a request.
enum SFTPReply: Hashable, Sendable {
    case status(SFTPStatus)
    case handle(SFTPHandle)
    case data(ByteBuffer)
    case names([SFTPName])
    case attributes(SFTPAttributes)
    /// The body of an extension's own reply.
    case extended(ByteBuffer)
}
