import FileModel
import Glibc
import Testing

/// What every attack must end in: an error, in time, that can be shown to people.
///
/// - Parameter limit: the sum of the time limits that hold for the call.
func attack(
    within limit: Duration = .seconds(8), sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async -> StorageError? {
    let start = ContinuousClock.now
    var result: StorageError?
    do {
        try await body()
        Issue.record("the attack succeeded", sourceLocation: sourceLocation)
    } catch {
        result = StorageError.wrapping(error)
    }
    let elapsed = ContinuousClock.now - start
    #expect(elapsed < limit, "it took \(elapsed)", sourceLocation: sourceLocation)
    let text = result?.description ?? ""
    #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }, sourceLocation: sourceLocation)
    #expect(text.utf8.count < 4096, "a message of \(text.utf8.count) bytes", sourceLocation: sourceLocation)
    #expect(!text.contains("sesame"), sourceLocation: sourceLocation)
    return result
}

/// Runs `body` and checks that the process did not grow by more than `limit`.
///
/// Other tests run at the same time in the same process, so what is too much has to be so three times.
func boundedMemory(
    _ limit: Int = 192 << 20, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async rethrows {
    var growth: [Int] = []
    for _ in 0..<3 {
        let before = residentBytes()
        try await body()
        growth.append(residentBytes() - before)
        if growth.last ?? 0 < limit { return }
    }
    Issue.record("the process grew by \(growth.map { $0 >> 20 }) MiB", sourceLocation: sourceLocation)
}

/// Bytes in memory (proc(5), statm).
private func residentBytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, CInt(line.count), file) != nil else { return 0 }
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return (Int(text.split(separator: " ").dropFirst().first ?? "0") ?? 0) * Int(getpagesize())
}

extension RemotePath {
    /// For arguments where a literal would be ambiguous.
    static func named(_ text: String) throws -> RemotePath { try RemotePath(text) }
}
