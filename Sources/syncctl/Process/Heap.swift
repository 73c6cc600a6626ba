import CLinux

/// How malloc(3) deals with the kernel. To be called before there are threads.
enum Heap {
    /// What is free and kept; what a window of blocks grows and shrinks by.
    private static let kept = 8 << 20
    /// Of one piece that comes from what is kept; more than the largest block of a file.
    private static let largestPiece = 4 << 20

    static func prepare() {
        // Of its own accord malloc makes eight heaps for each processor, and each keeps what it once had: a push of 10,000
        // files took 65 MiB in place of 58.
        remora_limit_heaps(2)
        // Nor are the blocks of a big file to be pages that the kernel clears anew each time: of the CPU time of a push of
        // 1 GiB over SFTP that was a seventh.
        remora_keep_heap(kept, largestPiece)
    }
}
