import CLinux

/// How many heaps the threads of this process share.
enum HeapArenas {
    /// Of its own accord malloc makes eight for each processor, and each keeps what it once had: a push of 10,000 files
    /// took 65 MiB in place of 58 (mallopt(3), M_ARENA_MAX). To be called before there are threads.
    static func limit() { remora_limit_heaps(2) }
}
