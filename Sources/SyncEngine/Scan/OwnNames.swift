import FileModel
import SyncCore

/// Names that belong to the synchronisation itself and that no listing shows to it.
struct OwnNames: Hashable, Sendable {
    /// At the root of each side.
    static let trash = FileName.known(".syncctl-trash")

    /// Eight digits that mark the temporary files of this archive.
    let mark: String
    /// What comes before, between and after `{name}` and `{id}`; nil writes in place.
    private let template: Template?

    private struct Template: Hashable {
        var prefix: [UInt8]
        var middle: [UInt8]
        var suffix: [UInt8]
    }

    /// - Parameter template: `.{name}.{id}.part` or alike; empty for no temporary files.
    /// - Throws: `.configuration` when one of the two placeholders is missing.
    init(mark: String, template: String) throws(StorageError) {
        self.mark = mark
        guard !template.isEmpty else {
            self.template = nil
            return
        }
        let first = template.components(around: "{name}")
        guard let first, let second = first.after.components(around: "{id}") else {
            throw StorageError(
                .configuration, "temporary_name = \"\(template)\" must hold {name} and, after it, {id}")
        }
        self.template = Template(
            prefix: Array(first.before.utf8), middle: Array(second.before.utf8), suffix: Array(second.after.utf8))
    }

    var usesTemporaries: Bool { template != nil }

    /// The temporary name of an operation on `name`; the name is shortened where the whole would be too long.
    func temporary(for name: FileName, operation: Int64, maximumLength: Int) -> FileName {
        let template = template ?? Template(prefix: [0x2E], middle: [0x2E], suffix: Array(".part".utf8))
        let id = Array("\(mark)-\(String(operation, radix: 36))".utf8)
        let room = maximumLength - template.prefix.count - template.middle.count - template.suffix.count - id.count
        let stem = name.bytes.prefix(max(1, room))
        let bytes = template.prefix + stem + template.middle + id + template.suffix
        return (try? FileName(bytes)) ?? name
    }

    /// Whether no listing may show the name: anybody's `.*.part`, and temporaries of our own template.
    func hides(_ name: FileName, in directory: RemotePath) -> Bool {
        if directory.isRoot, name == Self.trash { return true }
        let bytes = name.bytes
        if bytes.first == 0x2E, bytes.count > 6, bytes.suffix(5).elementsEqual(".part".utf8) { return true }
        return isOurs(name)
    }

    /// Whether the name is a temporary file of this archive.
    func isOurs(_ name: FileName) -> Bool {
        let template = template ?? Template(prefix: [0x2E], middle: [0x2E], suffix: Array(".part".utf8))
        let bytes = name.bytes
        guard bytes.count > template.prefix.count + template.suffix.count, bytes.starts(with: template.prefix),
            bytes.suffix(template.suffix.count).elementsEqual(template.suffix)
        else { return false }
        let inner = bytes.dropLast(template.suffix.count)
        let wanted = template.middle + Array("\(mark)-".utf8)
        guard let dash = inner.lastIndex(of: UInt8(ascii: "-")) else { return false }
        let isNumber = inner[(dash + 1)...].allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
        }
        return isNumber && inner[...dash].suffix(wanted.count).elementsEqual(wanted)
    }
}

extension FileName {
    /// A name that stands in the source text.
    static func known(_ text: StaticString) -> FileName {
        guard let name = try? FileName("\(text)") else { preconditionFailure("\(text) is no file name") }
        return name
    }
}

extension String {
    /// What stands before and after the first occurrence of `separator`.
    fileprivate func components(around separator: String) -> (before: String, after: String)? {
        guard let range = firstRange(of: separator) else { return nil }
        return (String(self[..<range.lowerBound]), String(self[range.upperBound...]))
    }
}
