import Testing

@testable import Definitions

@Suite struct ReferenceTests {
    /// The two halves of the reference are valid definitions once the needed keys are given.
    @Test func theReferenceIsValid() throws {
        let text = ConfigurationReference.text
        let middle = try #require(text.range(of: "# ==== sync.d/NAME.toml ===="))
        let mount = text[..<middle.lowerBound].replacing("[remote]\n", with: "[remote]\nurl = \"ftpes://h\"\n")
        #expect(decodedMount(String(mount)).findings.rendered == "")
        let sync = "remote = \"prod\"\ndirection = \"push\"\nlocal = \"/x\"\n" + text[middle.lowerBound...]
        #expect(decodedSync(sync).findings.filter(\.isError).rendered == "")
    }

    @Test func everyKeyIsInItWithHelp() {
        func walk(_ schema: TableSchema) {
            #expect(!schema.help.isEmpty)
            for key in schema.keys {
                #expect(!key.help.isEmpty && !key.summary.isEmpty)
                #expect(ConfigurationReference.text.contains("\(key.name) = "))
            }
            schema.tables.forEach(walk)
        }
        walk(FileSchemas.mount)
        walk(FileSchemas.sync)
    }

    @Test func linesAreShort() {
        for line in ConfigurationReference.text.split(separator: "\n") where line.hasPrefix("# ") {
            #expect(line.count <= 110)
        }
    }

    @Test func textIsQuotedAsTOMLWants() throws {
        let nasty = "a\"b\\c\n\t\u{1}é\u{7F}"
        let source = SourceText(.file("x"), "v = \(DefinitionNode.quotedTOML(nasty))".utf8)
        #expect(try TOMLDocument(source).table["v"]?.node.value == .string(nasty))
    }
}
