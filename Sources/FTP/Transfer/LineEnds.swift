import NIOCore

/// Lines as they travel under TYPE A, ended by CR LF (RFC 959 §3.1.1.1), made of lines that end with LF.
///
/// A CR LF that is there already stays one line end.
struct LineEndEncoder {
    private var lastWasCR = false

    mutating func encode(_ bytes: ByteBuffer) -> ByteBuffer {
        let view = bytes.readableBytesView
        guard let last = view.last else { return bytes }
        var result = ByteBufferAllocator().buffer(capacity: view.count + view.count / 16)
        var start = view.startIndex
        while let end = view[start...].firstIndex(of: 10) {
            let hasCR = end == view.startIndex ? lastWasCR : view[end - 1] == 13
            result.writeBytes(view[start..<end])
            result.writeBytes(hasCR ? [10] : [13, 10])
            start = end + 1
        }
        result.writeBytes(view[start...])
        lastWasCR = last == 13
        return result
    }
}

/// The way back: CR LF becomes LF, also where it is cut in two; a CR without LF is kept.
struct LineEndDecoder {
    private var holdsCR = false

    mutating func decode(_ bytes: ByteBuffer) -> ByteBuffer {
        let view = bytes.readableBytesView
        guard let first = view.first else { return bytes }
        var result = ByteBufferAllocator().buffer(capacity: view.count + 1)
        if holdsCR && first != 10 { result.writeInteger(UInt8(13)) }
        var start = view.startIndex
        while let end = view[start...].firstIndex(of: 13) {
            result.writeBytes(view[start..<end])
            start = end + 1
            if start == view.endIndex { break }
            if view[start] != 10 { result.writeInteger(UInt8(13)) }
        }
        result.writeBytes(view[start...])
        holdsCR = view.last == 13
        return result
    }

    /// What was held back at the end of the file.
    mutating func finish() -> ByteBuffer {
        defer { holdsCR = false }
        return ByteBuffer(bytes: holdsCR ? [13] : [])
    }
}
