import FileModel

/// Finds the digest in the answer to a `ChecksumQuestion`.
enum ChecksumReply {
    /// - Returns: nil for an answer about another algorithm or a part of the file, and for one that leaves open which of
    ///   its words is the digest.
    static func digest(_ reply: Reply, to question: ChecksumQuestion, of path: RemotePath, size: Int64) -> [UInt8]? {
        guard reply.isCompletion, let line = reply.lines.last else { return nil }
        let words = line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
        if question.verb == ChecksumQuestion.hash { return hash(words, question, size) }
        return older(words, question.algorithm, path)
    }

    /// `213 SHA-256 0-49 digest name`. The range ends with the last byte, or behind it.
    private static func hash(_ words: [String], _ question: ChecksumQuestion, _ size: Int64) -> [UInt8]? {
        guard words.count >= 3, words[0].uppercased() == question.hashName else { return nil }
        guard words[1] == "0-\(size)" || words[1] == "0-\(size - 1)" else { return nil }
        return bytes(words[2], count: question.algorithm.length)
    }

    /// `250 digest`, with or without other words. A name may look like a digest.
    private static func older(_ words: [String], _ algorithm: ChecksumAlgorithm, _ path: RemotePath) -> [UInt8]? {
        if words.count == 1, algorithm == .crc32 { return bytes(padded(words[0]), count: 4) }
        let found = words.compactMap { bytes($0, count: algorithm.length) }
        let isNamedAlike = path.name.map { bytes($0.string, count: algorithm.length) != nil } ?? false
        return found.count == 1 && (words.count == 1 || !isNamedAlike) ? found[0] : nil
    }

    /// Some servers leave out the zeros in front of a CRC.
    private static func padded(_ word: String) -> String {
        String(repeating: "0", count: max(0, 8 - word.utf8.count)) + word
    }

    private static func bytes(_ word: String, count: Int) -> [UInt8]? {
        let digits = word.utf8.map { character -> UInt8? in
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
            default: nil
            }
        }
        guard digits.count == 2 * count else { return nil }
        var result: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            result.append(high << 4 | low)
        }
        return result
    }
}
