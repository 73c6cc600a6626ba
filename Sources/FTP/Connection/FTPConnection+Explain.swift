import FileModel

/// What it means for a command that was refused for no clear reason that its path turns out to exist, or not to.
struct RefusalMeaning {
    var file = StorageError.Code.permissionDenied
    var directory = StorageError.Code.isDirectory
    /// Asked when the path does not exist and was not meant to; `.notFound` without it.
    var missing: (() async throws(StorageError) -> StorageError.Code)?
}

/// Finding out why the server refused, where its reply does not say: vsftpd's `550 Delete operation failed.` stands
/// for a missing file, a directory and a lack of permission alike.
extension FTPConnection {
    /// What is known of a path after asking about it.
    enum Existence: Hashable {
        case missing, directory, file
        /// It, or a directory above it, may not be looked at.
        case hidden
        case unknown
    }

    /// The error of a refused command; asks about the path where the reply is vague.
    func explain(
        _ reply: Reply, _ action: String, _ path: RemotePath, _ meaning: RefusalMeaning = RefusalMeaning()
    ) async throws(StorageError) -> StorageError {
        let error = ReplyMapping.error(reply, action: action, path: path)
        guard ReplyMapping.isVague(reply, about: path) else { return error }
        let code: StorageError.Code
        switch try await existence(of: path) {
        case .missing: code = try await meaning.missing?() ?? .notFound
        case .file: code = meaning.file
        case .directory: code = meaning.directory
        case .hidden: code = .permissionDenied
        case .unknown: return error
        }
        return StorageError(code, "cannot \(action): \(Self.words(code)) (\(reply))", serverReply: "\(reply)")
    }

    private static func words(_ code: StorageError.Code) -> String {
        switch code {
        case .notFound: "it does not exist"
        case .alreadyExists: "it exists already"
        case .isDirectory: "it is a directory"
        case .notDirectory: "it is not a directory"
        case .notEmpty: "the directory is not empty"
        case .invalidName: "the name is too long"
        default: "the server does not allow it"
        }
    }

    /// Asks in the cheapest way that gives an answer: CWD and SIZE in one flight, the parent's listing after that.
    func existence(of path: RemotePath) async throws(StorageError) -> Existence {
        workingDirectory = nil
        let replies = try await exchangeInBinary([.changeDirectory(path), .size(path)])
        defer { returnHome() }
        if replies[0].isCompletion { return .directory }
        if Self.size(replies[1]) != nil { return .file }
        for reply in replies where !ReplyMapping.isVague(reply, about: path) {
            switch ReplyMapping.code(of: reply, path: path) {
            case .notFound: return .missing
            case .notDirectory: return try await existenceBelowFile(path)
            case .permissionDenied: return .hidden
            default: break
            }
        }
        return try await existenceByListing(path)
    }

    /// `Not a directory` is said of a file, and of anything below a file.
    private func existenceBelowFile(_ path: RemotePath) async throws(StorageError) -> Existence {
        guard let parent = path.parent, !parent.isRoot else { return .file }
        workingDirectory = nil
        return try await exchange(.changeDirectory(parent)).isCompletion ? .file : .missing
    }

    private func existenceByListing(_ path: RemotePath) async throws(StorageError) -> Existence {
        guard let name = path.name, let parent = path.parent else { return .unknown }
        do throws(StorageError) {
            guard let entry = try await entry(path), entry.name == name else { return .missing }
            return entry.attributes.isDirectory ? .directory : .file
        } catch {
            switch error.code {
            case .notFound, .notDirectory: return .missing
            case .permissionDenied: return .hidden
            case .failed, .unsupported: return parent.isRoot ? .unknown : .missing
            default: throw error
            }
        }
    }
}
