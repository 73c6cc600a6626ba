import CCrypto

/// OpenSSL at the end of the process.
public enum CryptoLibrary {
    /// Of its own accord OpenSSL frees its locks at exit(3), while threads may still be at work: a mount that was ended by
    /// SIGTERM crashed in pthread_rwlock_unlock(3). The kernel takes back what is left (OPENSSL_init_crypto(3),
    /// OPENSSL_INIT_NO_ATEXIT). Has an effect only as the first call into the library.
    public static func keepUntilTheEnd() { _ = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) }
}
