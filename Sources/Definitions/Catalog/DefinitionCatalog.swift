import FileModel
import Glibc

/// A definition together with what was remarked about it.
public struct Decoded<Value: Sendable>: Sendable {
    public let value: Value
    /// To be shown at every start.
    public let warnings: [Diagnostic]
}

/// All definitions of the search path, by name.
///
/// Of two files of one kind and name the one in the earlier folder counts; the other is not looked at.
public struct DefinitionCatalog: Sendable {
    let files: [DefinitionFile]
    /// Folders that should be there or readable and are not.
    let faults: [Diagnostic]
    let home: String
    /// Where relative paths of the command line start.
    let workingDirectory: String

    /// Reads every definition; what is wrong with one is told when it is asked for, or by `check`.
    public init(_ directories: ProgramDirectories) {
        home = directories.home
        workingDirectory = WorkingDirectory.path
        var files: [DefinitionFile] = []
        var faults: [Diagnostic] = []
        for folder in directories.configuration {
            let absolute = WorkingDirectory.absolute(folder.path)
            if folder.isRequired, access(absolute, F_OK) != 0 {
                faults.append(Diagnostic(.error, "the configuration folder \(folder.path) does not exist"))
                continue
            }
            for kind in DefinitionKind.allCases {
                do throws(StorageError) {
                    let names = try FolderListing.names(in: "\(absolute)/\(kind.rawValue)") ?? []
                    for name in names.filter(DefinitionFile.isDefinition) {
                        let file = DefinitionFile(
                            kind: kind, fileName: String(decoding: name, as: UTF8.self), directory: folder.path,
                            absoluteDirectory: absolute, home: directories.home)
                        if !files.contains(where: { $0.kind == kind && $0.name == file.name }) { files.append(file) }
                    }
                } catch {
                    faults.append(Diagnostic(.error, error.message))
                }
            }
        }
        self.files = files
        self.faults = faults
    }

    public var mountNames: [String] { names(.mount) }
    public var syncNames: [String] { names(.sync) }

    private func names(_ kind: DefinitionKind) -> [String] {
        files.filter { $0.kind == kind }.map(\.name)
    }

    func file(_ kind: DefinitionKind, _ name: String) throws(DefinitionFailure) -> DefinitionFile {
        if let file = files.first(where: { $0.kind == kind && $0.name == name }) { return file }
        if !faults.isEmpty { throw DefinitionFailure(faults) }
        let near = NearName.find(name, among: names(kind))
        throw DefinitionFailure(
            "there is no definition '\(printableText(Array(name.utf8)))' in \(kind.rawValue)",
            label: near.map { "did you mean '\($0)'?" })
    }

    /// The text of all definitions that a daemon would have to start again if it changed.
    public func text(_ kind: DefinitionKind, _ name: String) -> [UInt8]? {
        files.first { $0.kind == kind && $0.name == name }?.source.bytes
    }
}

/// The folder the program was started in.
enum WorkingDirectory {
    static var path: String {
        guard let buffer = getcwd(nil, 0) else { return "/" }
        defer { free(buffer) }
        return String(cString: buffer)
    }

    static func absolute(_ path: String) -> String {
        var path = path
        while path.hasPrefix("./") { path = String(path.dropFirst(2)) }
        if path.hasPrefix("/") { return path }
        return path == "." || path.isEmpty ? Self.path : "\(Self.path)/\(path)"
    }
}
