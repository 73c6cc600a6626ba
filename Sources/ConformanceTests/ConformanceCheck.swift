public import FileModel
public import RemoteFileSystem
public import Testing

/// One promise of the `RemoteFileSystem` contract, as a test that every implementation has to pass.
///
/// A test target runs all of them on each server:
/// ```swift
/// @Test(arguments: ConformanceCheck.all)
/// func conforms(_ check: ConformanceCheck) async throws { try await check.run(on: remote) }
/// ```
public struct ConformanceCheck: Sendable, CustomTestStringConvertible {
    public let name: String
    let body: @Sendable (Workspace) async throws -> Void

    init(_ name: String, _ body: @escaping @Sendable (Workspace) async throws -> Void) {
        self.name = name
        self.body = body
    }

    public var testDescription: String { name }

    /// Runs the check in a new folder below `parent` and removes that folder again.
    public func run(on remote: any RemoteFileSystem, in parent: RemotePath = .root) async throws {
        let number = UInt32.random(in: .min ... .max)
        let folder = parent.appending(try FileName("check-" + String(number, radix: 16)))
        try await remote.createDirectory(folder, permissions: nil)
        let workspace = Workspace(remote: remote, folder: folder, capabilities: try await remote.capabilities())
        do {
            try await body(workspace)
        } catch {
            try? await workspace.removeTree(folder)
            throw error
        }
        try await workspace.removeTree(folder)
    }

    /// The whole contract.
    public static let all: [ConformanceCheck] =
        names + attributes + listings + reading + writing + directories + renames + settings + links + wholeFiles
        + checksums + load
}
