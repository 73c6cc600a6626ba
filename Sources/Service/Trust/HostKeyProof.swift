import Definitions
import FileModel
import SSH
import Transport

/// An SSH server's host key; what is accepted stands in known_hosts.
struct HostKeyProof: ServerProof {
    let kind = "host key"
    let server: String
    let remark: String?
    private let inspection: HostKeyInspection

    static func of(_ remote: RemoteDefinition) async throws(StorageError) -> HostKeyProof {
        guard remote.ssh.transport != .command else {
            throw StorageError(.configuration, "the server is a program of this machine: it has no host key")
        }
        var remote = remote
        // Nobody logs in, so no secret is fetched.
        remote.auth.password = nil
        remote.auth.passphrase = nil
        let inspection = try await HostKeyInspection.of(try await SSHSettings(remote), on: EventLoops.next())
        return HostKeyProof(remote, inspection)
    }

    private init(_ remote: RemoteDefinition, _ inspection: HostKeyInspection) {
        self.inspection = inspection
        server = remote.address
        remark =
            switch remote.ssh.hostKey {
            case .knownHosts, .tofu: nil
            case .pin, .any: "host_key = \"\(remote.ssh.hostKey.rawValue)\" does not ask known_hosts"
            }
    }

    var standing: ProofStanding {
        switch inspection.standing {
        case .trusted: .accepted
        case .unknown: inspection.isAccepted ? .good : .unknown(reason: "it is not in known_hosts")
        case .otherType(let other): .unknown(reason: "only \(Self.describe(other)) is known")
        case .changed(let old): .changed(from: Self.describe(old), reason: "it is not in known_hosts")
        case .revoked(let location): .refused(reason: "it is revoked at \(location)")
        }
    }

    var facts: [ProofFact] {
        [
            ProofFact(label: "type", value: inspection.key.type),
            ProofFact(label: "SHA-256", value: inspection.key.fingerprint),
            ProofFact(label: "file", value: inspection.file),
        ]
    }

    func matches(_ fingerprint: String) throws(StorageError) -> Bool {
        guard let pin = HostKeyPin(fingerprint) else {
            throw StorageError(.configuration, "'\(fingerprint)' is not a fingerprint such as SHA256:…")
        }
        return pin == HostKeyPin(inspection.key.fingerprint)
    }

    func accept() async throws(StorageError) { try await inspection.trust() }

    private static func describe(_ key: KnownHostKey) -> String {
        "\(key.type) \(key.fingerprint ?? "(unreadable)") at \(key.location)"
    }
}
