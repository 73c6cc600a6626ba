import FileModel
import Testing

@Suite struct ByteCountTests {
    @Test(arguments: [
        ("0", 0), ("17", 17), ("8MiB", 8 << 20), ("8 MiB", 8 << 20), ("2GiB", 2 << 30), ("500k", 500_000),
        ("1.5Mi", 1_572_864),
        ("3B", 3), ("1TB", 1_000_000_000_000),
    ])
    func reads(_ text: String, _ bytes: Int64) {
        #expect(ByteCount(text)?.bytes == bytes)
    }

    @Test(arguments: ["", "MiB", "-1", "8Q", "1e30T", "8 MiB more", "99999999999T"])
    func refuses(_ text: String) {
        #expect(ByteCount(text) == nil)
    }

    @Test(arguments: [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (200 << 20, "200.0 MiB"), (3 << 40, "3.0 TiB")])
    func prints(_ bytes: Int64, _ text: String) {
        #expect(ByteCount(bytes).description == text)
    }
}
