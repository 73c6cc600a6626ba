import FileModel
import Testing

@testable import VirtualFileSystem

/// What a listing told of a file, held against what the server tells when it is opened.
@Suite struct SameContentTests {
    private func file(_ seconds: Int64, _ source: TimeSource, size: Int64 = 10) -> FileAttributes {
        let resolution: TimeResolution = source == .list ? .minute : .second
        return FileAttributes(
            type: .regular, size: size,
            modified: ModificationTime(Timestamp(seconds: seconds), resolution: resolution, source: source))
    }

    /// It made reads through a mount of vsftpd fail with ESTALE now and then.
    @Test func aTimeToTheMinuteDoesNotContradictOneToTheSecond() {
        #expect(file(1_000_037, .mdtm).mayHaveTheContent(of: file(999_960, .list)))
    }

    @Test func anotherSizeOrAnotherSecondIsAnotherContent() {
        #expect(!file(1_000_037, .mdtm, size: 11).mayHaveTheContent(of: file(999_960, .list)))
        #expect(!file(1_000_037, .mdtm).mayHaveTheContent(of: file(1_000_036, .mlsd)))
        #expect(file(1_000_037, .mdtm).mayHaveTheContent(of: file(1_000_037, .mlsd)))
    }
}
