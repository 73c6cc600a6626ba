import Definitions
import FileModel
import Transport

extension WireLog {
    /// nil where the definition wants neither direction.
    ///
    /// - Parameter secrets: all that are sent over these connections.
    init?(_ remote: RemoteDefinition, secrets: [Secret?]) {
        var directions: Directions = []
        if remote.log.sent { directions.insert(.sent) }
        if remote.log.received { directions.insert(.received) }
        guard !directions.isEmpty else { return nil }
        self.init(directions, secrets: secrets.compactMap(\.self)) { Journal.write("wire: \($0)") }
    }
}
