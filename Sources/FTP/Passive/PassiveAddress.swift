import FileModel
import NIOCore
import Transport

/// Which address a PASV reply leads to, given what the user says about NAT.
enum PassiveAddress {
    /// - Parameter peer: the address of the control connection's other end; behind a proxy a name, whose addresses
    ///   nobody here knows, so that no other can be told from a third host's.
    /// - Throws: `.dataConnectionFailed` for the public address of a third host under `.automatic`: connecting there
    ///   would let a server aim us at others (RFC 2577 §3), and hand a transfer to whoever listens.
    static func resolve(_ announced: String, peer: String, fix: PassiveAddressFix) throws(StorageError) -> String {
        switch fix {
        case .always: return peer
        case .never: return announced
        case .automatic:
            if announced == peer || !isPublic(announced) || !isIPv4(peer) { return peer }
            throw StorageError(
                .dataConnectionFailed,
                "the server wants the data connection to go to \(announced), which is not the server (\(peer)): "
                    + "set fix_passive_address to \"always\", or to \"never\" if that host is meant")
        }
    }

    private static func isIPv4(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Whether an IPv4 address means the same host everywhere (RFC 6890).
    static func isPublic(_ address: String) -> Bool {
        let parts = address.split(separator: ".").compactMap { Int($0) }
        guard parts.count == 4 else { return false }
        switch (parts[0], parts[1]) {
        case (0, _), (10, _), (127, _), (169, 254), (192, 168), (224..., _): return false
        case (100, 64...127), (172, 16...31): return false
        default: return true
        }
    }
}
