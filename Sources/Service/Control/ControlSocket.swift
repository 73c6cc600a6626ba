import Dispatch
import FileModel
import FoundationEssentials
import Glibc
import Synchronization

/// Where a mount answers questions of other processes: one JSON object in a line, and one back.
///
/// The socket's folder is open to its owner only. Each question has its own time limit, so that no client holds up
/// another or the mount.
final class ControlSocket: Sendable {
    typealias Handler = @Sendable (ControlRequest) async -> ControlReply

    private let folder: String
    private let name: String
    private let listener: CInt
    private let handler: Handler
    /// Set up once and cancelled in `end`; both may happen on any thread (dispatch_source_cancel(3)).
    nonisolated(unsafe) private let source: any DispatchSourceRead

    static let limit = Duration.seconds(5)
    static let longestRequest = 64 * 1024

    /// - Parameter folder: exists, and is ours.
    init(in folder: String, name: String, handler: @escaping Handler) throws(StorageError) {
        self.folder = folder
        self.name = name
        self.handler = handler
        listener = try UnixSocket.listen(in: folder, name: name).take()
        source = DispatchSource.makeReadSource(fileDescriptor: listener, queue: .global())
        let listener = listener
        source.setEventHandler { [handler] in Self.accept(listener, handler) }
        source.setCancelHandler { close(listener) }
        source.resume()
    }

    /// Takes the name away and answers nobody any more.
    func end() {
        unlink("\(folder)/\(name)")
        source.cancel()
    }

    private static func accept(_ listener: CInt, _ handler: @escaping Handler) {
        let connection = Glibc.accept(listener, nil, nil)
        guard connection >= 0 else { return }
        _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
        UnixSocket.setLimit(limit, of: connection)
        DispatchQueue.global().async { serve(connection, handler) }
    }

    private static func serve(_ connection: CInt, _ handler: @escaping Handler) {
        guard let line = SocketLine.read(connection, atMost: longestRequest),
            let request = try? JSONDecoder().decode(ControlRequest.self, from: Data(line))
        else {
            close(connection)
            return
        }
        Task {
            let reply = await handler(request)
            let text = (try? JSONEncoder().encode(reply)).map { Array($0) } ?? []
            DispatchQueue.global().async {
                _ = SocketLine.write(text, to: connection)
                close(connection)
            }
        }
    }
}
