import Foundation
import Testing

@testable import Definitions

/// Decodes the text of one file as the catalog would.
func decodedMount(_ text: String, mode: UInt16 = 0o600) -> (value: MountDefinition?, findings: [Diagnostic]) {
    decoded(text, "mounts.d/prod.toml", FileSchemas.mount, mode: mode) { MountDefinition(name: "prod", $0, $1) }
}

func decodedSync(_ text: String) -> (value: SyncDefinition?, findings: [Diagnostic]) {
    let prod = decodedMount("[remote]\nurl = \"sftp://reports@ftp.example.com/outgoing\"\n").value?.remote
    let remotes = RemoteLookup(find: { $0 == "prod" ? prod : nil }, names: ["prod"], broken: ["bad"])
    return decoded(text, "sync.d/nightly.toml", FileSchemas.sync) {
        SyncDefinition(name: "nightly", $0, $1, remotes: remotes)
    }
}

private func decoded<Value>(
    _ text: String, _ name: String, _ schema: TableSchema, mode: UInt16 = 0o600,
    build: (TableReader, DecodingContext) -> Value
) -> (value: Value?, findings: [Diagnostic]) {
    let source = SourceText(.file(name), text.utf8)
    let findings = Findings()
    do throws(DefinitionFailure) {
        let table = try TOMLDocument(source).table
        let reader = TableReader(schema, file: table, place: SourceSpan(source, 0..<0), findings: findings)
        let context = DecodingContext(
            baseDirectory: "/etc/syncctl", home: "/home/me",
            file: .init(path: "/etc/syncctl/\(name)", mode: mode))
        return (build(reader, context), findings.all.inReadingOrder)
    } catch {
        return (nil, error.diagnostics)
    }
}

/// What a user would see for a file of mounts.d.
func messages(_ text: String, mode: UInt16 = 0o600) -> String { decodedMount(text, mode: mode).findings.rendered }

func syncMessages(_ text: String) -> String { decodedSync(text).findings.rendered }

/// A folder of its own for one test, removed afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) rethrows -> Result {
    let path = makeTemporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
}

func makeTemporaryFolder() -> String {
    let path = NSTemporaryDirectory() + "definitions-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
}

/// Writes a file and its folders.
func write(_ text: String, to path: String, mode: Int = 0o600) throws {
    let folder = String(path[..<path.lastIndex(of: "/")!])
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
}
