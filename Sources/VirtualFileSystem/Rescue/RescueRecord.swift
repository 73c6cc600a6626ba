public import FileModel

/// What is remembered of a file that could not be uploaded. Holds no secret.
public struct RescueRecord: Codable, Hashable, Sendable {
    public var id: String
    /// Server and account, `sftp://user@host:22`.
    public var remote: String
    /// The definition in mounts.d; empty for a URL.
    public var definition: String
    /// The folder on the server that was mounted, as definitions write it.
    public var folder: String
    /// Below `folder`, for people.
    public var path: String
    /// The same as bytes in hexadecimal, for names that are no UTF-8.
    public var pathBytes: String
    public var size: Int64
    /// Seconds since 1970; what the file's modification time should be.
    public var modified: Int64
    public var permissions: UInt16?
    /// When it was rescued, in seconds since 1970.
    public var rescued: Int64
    public var reason: String
    public var code: String
    /// What the file was before these writes.
    public var base: Base
    /// What the server had after the failure, where it could be asked.
    public var left: Base
    /// The parts that are here; the rest is on the server. nil: the whole file is here.
    public var parts: [Part]?
    /// The writer was told of the failure before it had written everything.
    public var isCutShort: Bool

    public struct Part: Codable, Hashable, Sendable {
        public var offset: Int64
        public var count: Int64
    }

    /// A file at one moment, as far as it was known.
    public enum Base: Codable, Hashable, Sendable {
        case unknown
        case absent
        /// `modified` in seconds since 1970, with how many seconds it may be off.
        case file(size: Int64, modified: Int64?, precision: Int64)
    }

    /// The same file at another place.
    func moved(to path: RemotePath) -> RescueRecord {
        var record = self
        record.path = path.string
        record.pathBytes = Hexadecimal.text(path.bytes)
        return record
    }

    public func remotePath() throws(StorageError) -> RemotePath {
        guard let bytes = Hexadecimal.bytes(pathBytes) else {
            throw StorageError(.corrupted, "the record of the rescued file \(id) is damaged: its path cannot be read")
        }
        return try RemotePath(bytes)
    }
}

extension RescueRecord.Base {
    init(_ attributes: FileAttributes) {
        let step = (attributes.modified?.resolution.nanoseconds ?? 0) / 1_000_000_000
        self = .file(size: attributes.size, modified: attributes.modified?.time.seconds, precision: max(1, step))
    }

    /// Whether it can match anything.
    var isRecognisable: Bool {
        switch self {
        case .unknown: false
        case .absent: true
        case .file(_, let modified, _): modified != nil
        }
    }

    /// Whether `found` may be the same version of the file; unknown times are no difference, unknown versions are.
    func matches(_ found: RescueRecord.Base) -> Bool {
        switch (self, found) {
        case (.absent, .absent): return true
        case (.file(let size, let modified, let precision), .file(let other, let otherModified, let otherPrecision)):
            guard size == other else { return false }
            guard let modified, let otherModified else { return false }
            return abs(modified - otherModified) < max(precision, otherPrecision)
        default: return false
        }
    }
}

enum Hexadecimal {
    static func text(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    static func bytes(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count % 2 == 0 else { return nil }
        var result: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16) else {
                return nil
            }
            result.append(byte)
        }
        return result
    }
}
