import FileModel
import Testing

/// Names that break a client which quotes, globs, trims, splits or decodes.
public enum OddNames {
    /// Names that every server of the tests can hold.
    public static let common: [String] = [
        "plain", " leading space", "trailing space ", "two  spaces", "-leading-dash", "--help", "-rf", "*", "?",
        "[abc]",
        "{a,b}", "back\\slash", "quote\"inside", "apostrophe's", "`tick`", "$HOME", "per%20cent", "100%", "a;b", "a&b",
        "a|b", "<x>", "#hash", "tilde~", "~root", ".hidden", "..two-dots", "...", "a:b", "a=b", "comma,name", "(paren)",
        "ümläut", "日本語", "emoji 😀", "e\u{301}", "\u{e9}", "tab\tname", "-> arrow", "a -> b", "drwxr-xr-x",
        "Type=file; fake", "226 done", "250-multi", String(repeating: "n", count: 255),
        String(repeating: "ä", count: 127) + "x",
    ]

    /// Names that are not UTF-8.
    public static let notUTF8: [[UInt8]] = [[0xFF, 0xFE], [0x66, 0xFC, 0x72], [0xC3], [0xED, 0xA0, 0x80]]

    /// Names that a line-based protocol cannot say.
    public static let lineBreaks: [String] = ["line\nbreak", "carriage\rreturn", "both\r\nof them"]
}

extension ConformanceCheck {
    static let names: [ConformanceCheck] = [
        ConformanceCheck("odd names are kept byte for byte, or refused by FTP servers that would change them") {
            space in
            var (expected, refused): ([FileName], [FileName]) = ([], [])
            for name in try OddNames.common.map({ try FileName($0) }) {
                if try await space.holdsFile(name) { expected.append(name) } else { refused.append(name) }
            }
            #expect(refused.count <= (space.capabilities.family == .ftp ? 3 : 0), "\(refused)")
            #expect(try await space.names(in: space.folder) == expected.sorted())
            for name in expected {
                let path = space.path(name)
                #expect(try await space.read(path) == name.bytes, "\(name)")
                #expect(try await space.attributes(of: path).size == Int64(name.bytes.count), "\(name)")
            }
            for name in expected { try await space.remote.removeFile(space.path(name)) }
            #expect(try await space.names(in: space.folder) == [])
        },
        ConformanceCheck("folders may have odd names") { space in
            for name in OddNames.common {
                let folder = space.path(try FileName(name))
                guard try await space.holdsFolder(folder) else { continue }
                try await space.write("x", to: folder.appending(try FileName("inside")))
                #expect(try await space.names(in: folder) == [try FileName("inside")], "\(name)")
                try await space.remote.removeFile(folder.appending(try FileName("inside")))
                try await space.remote.removeDirectory(folder)
            }
        },
        ConformanceCheck("bytes that are not UTF-8 are kept, or refused as a name") { space in
            for bytes in OddNames.notUTF8 {
                let name = try FileName(bytes)
                do throws(StorageError) {
                    try await space.write("x", to: space.path(name))
                } catch {
                    #expect(!error.isSessionFault, "\(error)")
                    continue
                }
                #expect(try await space.names(in: space.folder) == [name])
                try await space.remote.removeFile(space.path(name))
            }
        },
        ConformanceCheck("line breaks in names are kept, or refused before they reach the server") { space in
            for name in OddNames.lineBreaks {
                let path = space.path(try FileName(name))
                guard space.capabilities.lineBreaksInNames else {
                    await space.expect(.invalidName) { try await space.write("x", to: path) }
                    await space.expect(.invalidName) {
                        try await space.remote.createDirectory(path, permissions: nil)
                    }
                    continue
                }
                try await space.write("x", to: path)
                #expect(try await space.names(in: space.folder) == [try FileName(name)])
                try await space.remote.removeFile(path)
            }
        },
        ConformanceCheck("a name that is too long is refused, and the session goes on") { space in
            let long = space.path(try FileName(String(repeating: "n", count: 300)))
            await space.expectRefusal { try await space.write("x", to: long) }
            #expect(try await space.names(in: space.folder) == [])
        },
    ]
}
