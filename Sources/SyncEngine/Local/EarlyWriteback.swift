/// Which part of a file the disk should begin with while the rest still comes.
///
/// The kernel begins only after 30 s or with a tenth of the memory full, so that the end of a run would wait for all of
/// it: the syncfs(2) behind a file of 1 GiB took 0.7 s.
struct EarlyWriteback {
    static let step: Int64 = 8 << 20

    private var begun: Int64 = 0
    private var end: Int64 = 0

    /// - Returns: what has come in a row since the last part, when that is enough for one.
    mutating func wrote(_ count: Int64, at offset: Int64) -> Range<Int64>? {
        if offset != end { begun = offset }
        end = offset + count
        guard end - begun >= Self.step else { return nil }
        defer { begun = end }
        return begun..<end
    }
}
