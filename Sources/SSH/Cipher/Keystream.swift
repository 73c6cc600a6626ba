import CProviders

/// The key stream of AES-128 in counter mode (NIST SP 800-38A §6.5), made ahead of what it encrypts.
///
/// OpenSSL takes as long for a block of 16 bytes on its own as for ten in a row.
struct Keystream {
    /// A multiple of the block. Fits the first cache of any processor.
    static let length = 4096

    private let source: OpaquePointer
    private let bytes: UnsafeMutableRawPointer
    /// What stands before it was used: no byte of a key stream may be used twice.
    private var position = Keystream.length

    /// Without a key: that comes with `start`.
    ///
    /// - Parameter cipher: AES-128-CTR as OpenSSL has it (`EVP_CIPHER`).
    init?(_ cipher: OpaquePointer) {
        guard let source = EVP_CIPHER_CTX_new() else { return nil }
        guard EVP_EncryptInit_ex2(source, cipher, nil, nil, nil) == 1 else {
            EVP_CIPHER_CTX_free(source)
            return nil
        }
        self.source = source
        bytes = .allocate(byteCount: Self.length, alignment: 64)
    }

    /// Leaves nothing of the key or its stream in memory.
    func free() {
        EVP_CIPHER_CTX_free(source)
        OPENSSL_cleanse(bytes, Self.length)
        bytes.deallocate()
    }

    /// Begins a stream; what was made ahead of the one before is dropped.
    ///
    /// - Parameters:
    ///   - key: 16 bytes; nil keeps the one before.
    ///   - counter: 16 bytes, the first counter block; nil keeps the one before.
    mutating func start(key: UnsafePointer<UInt8>?, counter: UnsafePointer<UInt8>?) -> Bool {
        position = Self.length
        return EVP_EncryptInit_ex2(source, nil, key, counter, nil) == 1
    }

    /// Encrypts or decrypts, which is the same.
    ///
    /// - Parameter output: may be `input`, and must not overlap it in any other way.
    /// - Returns: false when there is no key.
    @inline(__always)
    mutating func apply(to input: UnsafeRawPointer, _ count: Int, into output: UnsafeMutableRawPointer) -> Bool {
        guard count == 16, position <= Self.length - 16 else { return applySlowly(to: input, count, into: output) }
        applyBlock(to: input, at: 0, into: output)
        return true
    }

    private mutating func applySlowly(
        to input: UnsafeRawPointer, _ count: Int, into output: UnsafeMutableRawPointer
    ) -> Bool {
        var done = 0
        while done < count {
            if position == Self.length, !refill() { return false }
            if count - done >= 16, position <= Self.length - 16 {
                applyBlock(to: input, at: done, into: output)
                done += 16
            } else {
                let byte = input.load(fromByteOffset: done, as: UInt8.self)
                output.storeBytes(
                    of: byte ^ bytes.load(fromByteOffset: position, as: UInt8.self), toByteOffset: done, as: UInt8.self)
                position += 1
                done += 1
            }
        }
        return true
    }

    @inline(__always)
    private mutating func applyBlock(to input: UnsafeRawPointer, at offset: Int, into output: UnsafeMutableRawPointer) {
        typealias Block = SIMD2<UInt64>
        let text = input.loadUnaligned(fromByteOffset: offset, as: Block.self)
        let stream = bytes.loadUnaligned(fromByteOffset: position, as: Block.self)
        output.storeBytes(of: text ^ stream, toByteOffset: offset, as: Block.self)
        position += 16
    }

    /// Counters encrypted are the key stream, and so are zeros in counter mode.
    private mutating func refill() -> Bool {
        let stream = bytes.bindMemory(to: UInt8.self, capacity: Self.length)
        stream.initialize(repeating: 0, count: Self.length)
        var written: CInt = 0
        guard EVP_EncryptUpdate(source, stream, &written, stream, CInt(Self.length)) == 1, written == Self.length
        else { return false }
        position = 0
        return true
    }
}
