public import Definitions
public import FileModel
import Glibc
import FoundationEssentials

/// Asks the mounts of this user, through the sockets in the runtime folder.
public struct MountControl: Sendable {
    private let folder: String

    public init(_ directories: ProgramDirectories) { folder = directories.control }

    /// A mount's answer, or why there is none.
    public struct Answer: Sendable {
        /// Names the socket where there is no status.
        public let name: String
        public let result: Result<MountStatus, StorageError>
    }

    /// The status of every mount, by mount point. What a dead process left is removed. Blocks.
    public func status() -> [Answer] { ask(ControlRequest(command: .status)) }

    /// Lets the mounts forget what they know of the server. Blocks.
    ///
    /// - Parameter isMeant: tells which, by their status.
    public func dropCaches(_ isMeant: (MountStatus) -> Bool) -> [Answer] { ask(.dropCaches, isMeant) }

    /// Lets the mounts upload what is pending at once, without waiting for its end. Blocks.
    public func flush(_ isMeant: (MountStatus) -> Bool) -> [Answer] { ask(.flush, isMeant) }

    private func ask(_ command: ControlRequest.Command, _ isMeant: (MountStatus) -> Bool) -> [Answer] {
        names().compactMap { name -> Answer? in
            guard case .success(let status)? = ask(ControlRequest(command: .status), name)?.result, isMeant(status)
            else { return nil }
            return ask(ControlRequest(command: command), name)
        }
    }

    private func ask(_ request: ControlRequest) -> [Answer] {
        let answers = names().compactMap { ask(request, $0) }
        return answers.sorted { Self.order($0) < Self.order($1) }
    }

    private static func order(_ answer: Answer) -> String {
        (try? answer.result.get().mountpoint) ?? answer.name
    }

    /// - Returns: nil for a socket that nobody listens on.
    private func ask(_ request: ControlRequest, _ name: String) -> Answer? {
        do throws(StorageError) {
            return Answer(name: name, result: .success(try status(request, name)))
        } catch  where error.code == .notFound {
            unlink("\(folder)/\(name)")
            return nil
        } catch {
            return Answer(name: name, result: .failure(error))
        }
    }

    private func status(_ request: ControlRequest, _ name: String) throws(StorageError) -> MountStatus {
        let socket = try UnixSocket.connect(in: folder, name: name, limit: .seconds(5))
        guard let text = try? JSONEncoder().encode(request), SocketLine.write(Array(text), to: socket.descriptor),
            let line = SocketLine.read(socket.descriptor, atMost: 1 << 20),
            let reply = try? JSONDecoder().decode(ControlReply.self, from: Data(line))
        else { throw StorageError(.timedOut, "the mount behind \(folder)/\(name) does not answer") }
        guard let status = reply.status else {
            throw StorageError(.failed, reply.error ?? "the mount behind \(folder)/\(name) gave no answer")
        }
        return status
    }

    private func names() -> [String] { FolderNames.sorted(in: folder).filter { $0.hasSuffix(".sock") } }
}
