/// FNV-1a, 64 bit (draft-eastlake-fnv): the same between programs and runs, as `Hasher` is not. For names of files.
public enum StableHash {
    /// Lower-case hexadecimal digits.
    public static func text(of bytes: some Sequence<UInt8>) -> String {
        let hash = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return String(hash, radix: 16)
    }
}
