import FileModel

/// Which folder a definition is in.
public enum DefinitionKind: String, Hashable, Sendable, CaseIterable {
    case mount = "mounts.d"
    case sync = "sync.d"
}

/// One file of mounts.d or sync.d, read and parsed but not yet decoded.
struct DefinitionFile: Sendable {
    let kind: DefinitionKind
    /// The file name without `.toml`.
    let name: String
    let source: SourceText
    let context: DecodingContext
    /// What is in it, or why it cannot be parsed.
    let content: Result<DefinitionTable, DefinitionFailure>

    /// - Parameter directory: as the user named it; messages show it unless it is the current folder.
    init(kind: DefinitionKind, fileName: String, directory: String, absoluteDirectory: String, home: String) {
        self.kind = kind
        name = String(fileName.dropLast(".toml".count))
        let path = "\(absoluteDirectory)/\(kind.rawValue)/\(fileName)"
        let shown = Self.shown(directory, kind, fileName)
        var context = DecodingContext(baseDirectory: absoluteDirectory, home: home)
        do throws(StorageError) {
            let file = try SmallFile(path: path, limit: TOMLDocument.longest)
            context.file = .init(path: path, mode: file.mode)
            source = SourceText(.file(shown), file.bytes)
            content = Self.parse(source)
        } catch {
            source = SourceText(.file(shown), [])
            content = .failure(DefinitionFailure(error.message))
        }
        self.context = context
    }

    private static func parse(_ source: SourceText) -> Result<DefinitionTable, DefinitionFailure> {
        do throws(DefinitionFailure) {
            return .success(try TOMLDocument(source).table)
        } catch {
            return .failure(error)
        }
    }

    private static func shown(_ directory: String, _ kind: DefinitionKind, _ fileName: String) -> String {
        var folder = directory
        while folder.hasSuffix("/"), folder != "/" { folder.removeLast() }
        let inner = "\(kind.rawValue)/\(fileName)"
        return folder == "." || folder.isEmpty ? inner : "\(folder)/\(inner)"
    }

    /// Whether a name in a definition folder is a definition.
    static func isDefinition(_ name: [UInt8]) -> Bool {
        name.first != UInt8(ascii: ".") && name.count > 5 && name.suffix(5).elementsEqual(".toml".utf8)
    }

    /// Decodes with `overrides` laid over the text; the findings tell whether the result may be used.
    func decode<Value>(
        _ schema: TableSchema, overrides: DefinitionTable, findings: Findings,
        _ build: (TableReader, DecodingContext) -> Value
    ) -> Value? {
        switch content {
        case .failure(let failure):
            for fault in failure.diagnostics { findings.error(fault.message, at: fault.span, label: fault.label) }
            return nil
        case .success(let table):
            let reader = TableReader(
                schema, file: table.overlaid(with: overrides), place: SourceSpan(source, 0..<0), findings: findings)
            return build(reader, context)
        }
    }
}
