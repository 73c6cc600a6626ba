import FileModel
import NIOCore

/// The data types of RFC 4251 §5 as SFTP uses them.
extension ByteBuffer {
    mutating func writeSFTPString(_ bytes: some Collection<UInt8>) {
        writeInteger(UInt32(bytes.count))
        writeBytes(bytes)
    }

    mutating func readSFTPString() throws(StorageError) -> [UInt8] {
        let length = try readSFTPInteger(UInt32.self)
        guard let bytes = readBytes(length: Int(length)) else { throw .truncatedPacket }
        return bytes
    }

    /// A string as a slice that shares the packet's storage.
    mutating func readSFTPSlice() throws(StorageError) -> ByteBuffer {
        let length = try readSFTPInteger(UInt32.self)
        guard let slice = readSlice(length: Int(length)) else { throw .truncatedPacket }
        return slice
    }

    mutating func readSFTPInteger<Number: FixedWidthInteger>(_: Number.Type) throws(StorageError) -> Number {
        guard let number = readInteger(as: Number.self) else { throw .truncatedPacket }
        return number
    }
}

extension StorageError {
    static let truncatedPacket = violation("a packet ends before its contents do")

    static func violation(_ what: String) -> StorageError {
        StorageError(.protocolViolation, "the SFTP server broke the protocol: \(what)")
    }
}
