/// What one packet may carry (limits@openssh.com).
public struct SFTPLimits: Hashable, Sendable {
    /// Data bytes of one READ and one WRITE.
    public var readLength: Int
    public var writeLength: Int
    /// Files and directories open at the same time on one connection; nil where the server does not say.
    public var openHandles: Int?

    public init(readLength: Int, writeLength: Int, openHandles: Int? = nil) {
        self.readLength = readLength
        self.writeLength = writeLength
        self.openHandles = openHandles
    }

    /// What every server must bear: packets of 34,000 bytes (draft-ietf-secsh-filexfer-02 §3).
    public static let standard = SFTPLimits(readLength: 32_768, writeLength: 32_768)

    /// We ask for no more, whatever the server offers: 255 KiB, as OpenSSH itself does.
    static let largestBlock = 261_120

    /// Shorter answers are no limit to go by: a flight of such requests would have a packet for every few bytes.
    static let smallestLearned = 1024

    /// As the server told them; 0 is "no limit known", and a value too small to work with is not believed.
    init(maximumRead: UInt64, maximumWrite: UInt64, maximumHandles: UInt64) {
        readLength = Self.block(maximumRead, orElse: Self.standard.readLength)
        writeLength = Self.block(maximumWrite, orElse: Self.standard.writeLength)
        openHandles = maximumHandles == 0 ? nil : Int(clamping: maximumHandles)
    }

    private static func block(_ told: UInt64, orElse standard: Int) -> Int {
        told < 512 ? standard : Int(min(told, UInt64(largestBlock)))
    }
}
