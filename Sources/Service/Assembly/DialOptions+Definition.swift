import Definitions
import FileModel
import Glibc
import Transport

extension DialOptions {
    /// How the connections of a remote are made; fetches the proxy's password.
    init(_ remote: RemoteDefinition) async throws(StorageError) {
        self.init(
            addressFamily: AddressFamily(rawValue: remote.addressFamily.rawValue) ?? .any,
            bindAddress: remote.bindAddress, connectTimeout: remote.connectTimeout)
        if let definition = remote.proxy { proxy = try await ProxySettings(definition) }
    }
}

extension ProxySettings {
    fileprivate init(_ definition: ProxyDefinition) async throws(StorageError) {
        guard let kind = Kind(rawValue: definition.type.rawValue) else {
            throw StorageError(.configuration, "the proxy type '\(definition.type.rawValue)' cannot be used")
        }
        self.init(
            kind: kind, endpoint: Endpoint(host: definition.host, port: definition.port), user: definition.user ?? "",
            password: try await definition.password.fetched(host: definition.host, user: definition.user),
            domain: definition.domain ?? "")
    }
}

extension SecretSource? {
    /// The secret itself; nil where the definition names none.
    func fetched(host: String, user: String?) async throws(StorageError) -> Secret? {
        guard let self else { return nil }
        return try await SecretResolver(environment: ProcessEnvironment.current).resolve(self, host: host, user: user)
    }
}

enum ProcessEnvironment {
    /// environ(7); names and values that are not UTF-8 are repaired.
    static var current: [String: String] {
        var result: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let pair = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count == 2 { result[String(pair[0])] = String(pair[1]) }
            next += 1
        }
        return result
    }
}
