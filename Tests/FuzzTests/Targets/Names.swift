import FileModel

extension FuzzTarget {
    /// A pattern is refused with a sentence, or reads any text without an upset, and never beyond its end.
    static let datePatterns = FuzzTarget(
        "date patterns",
        samples: [
            "yy-MM-dd HH.mm.ss\n26-11-21 04.04.05 x", "MMM d HH:mm\nNov  1 04:04 x",
            "ddd, d MMMM yyyy 'um' h'h'mm tt\nSa.,",
            "yyyyMMddHHmmss\n20261121040405", "dd.MM.yyyy\n21.11.2026",
        ],
        words: ["yyyy", "yy", "MMM", "MM", "dd", "d", "HH", "hh", "mm", "ss", "tt", "'", " ", "Nov", "févr.", "11月"]
    ) { input, _ in
        let parts = input.split(separator: 10, maxSplits: 1, omittingEmptySubsequences: false)
        let text = String(decoding: parts.first ?? [], as: UTF8.self)
        switch Result(catching: { () throws(StorageError) in try DatePattern(text) }) {
        case .failure(let error): try checkError(error)
        case .success(let pattern):
            let date = parts.count > 1 ? parts[1] : []
            guard let (read, end) = pattern.read(date) else { return }
            try require((date.startIndex...date.endIndex).contains(end), "read beyond the end")
            try require(
                (0...9999).contains(read.year ?? 0) && (0...99).contains(read.day), "a number that is none: \(read)")
        }
    }

    /// What a server lists can be said to it again, byte for byte; what comes from here comes back or is refused.
    static let codePages = FuzzTarget(
        "code pages",
        samples: [
            [0x63, 0x61, 0x66, 0xE9], [0x95, 0x5C, 0x83, 0x7C, 0x2E, 0x74], [0xC3, 0x81, 0x41], Array("日本語.txt".utf8),
            [0x1B, 0x24, 0x42, 0x46, 0x7C, 0x1B, 0x28, 0x42], [0xED, 0xB3, 0x83, 0xED, 0xB2, 0x81],
            [0x81, 0x30, 0x81, 0x30],
            [0x0E, 0x31, 0x32, 0x0F], Array("a b".utf8),
        ]
    ) { input, random in
        let page = random.pick(pages)
        let name = input.prefix(600).filter { ![0, 10, 13, UInt8(ascii: "/")].contains($0) }
        let decoded = page.decoded(name)
        let again = try? page.encoded(decoded)
        try require(again == name, "\(page.name): \(name) became \(decoded), and that \(again ?? [])")
        switch Result(catching: { () throws(StorageError) in try page.encoded(name) }) {
        case .success(let wire): try require(page.decoded(wire) == name, "\(page.name): \(name) is not found again")
        case .failure(let error): try checkError(error)
        }
    }

    private static let pages = [
        "ISO-8859-1", "CP1252", "SHIFT_JIS", "CP932", "KOI8-R", "GB18030", "BIG5", "EUC-JP", "ISO-2022-JP",
        "ISO-2022-KR",
        "UTF-8", "ASCII",
    ].compactMap { try? CodePage($0) }
}
