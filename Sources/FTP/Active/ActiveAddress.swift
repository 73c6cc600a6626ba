import FileModel
import NIOCore

/// The address that a server is told to connect to.
enum ActiveAddress {
    /// PORT or EPRT for an address and a port.
    ///
    /// - Parameters:
    ///   - announced: what the user set; nil for `local`.
    ///   - local: this end of the control connection.
    /// - Throws: `.configuration` for an address that the control connection's protocol cannot lead to.
    static func command(
        _ mode: DataConnectionMode, announced: String?, local: String, port: Int
    ) throws(StorageError) -> Command {
        let address = announced ?? local
        guard isIPv6(address) == isIPv6(local) else {
            throw StorageError(
                .configuration,
                "active_address \(address) cannot be used: the server is spoken to over "
                    + "\(isIPv6(local) ? "IPv6" : "IPv4"); set address_family, or another address")
        }
        if mode == .extendedActive {
            return .extendedPort("|\(isIPv6(address) ? 2 : 1)|\(address.prefix { $0 != "%" })|\(port)|")
        }
        guard !isIPv6(address) else {
            throw StorageError(
                .configuration, "PORT cannot name the IPv6 address \(address): set data_connection = \"eprt\"")
        }
        return .port(address.replacing(".", with: ",") + ",\(port >> 8),\(port & 255)")
    }

    private static func isIPv6(_ address: String) -> Bool { address.contains(":") }
}
