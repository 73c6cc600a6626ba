/// Which host keys are accepted.
public enum HostKeyPolicy: Hashable, Sendable {
    /// Those in known_hosts files.
    case knownHosts(files: [String])
    /// As `knownHosts`; the key of a server of which none is known is added to the first file.
    case trustOnFirstUse(files: [String])
    /// Those with one of these fingerprints.
    case pin([HostKeyPin])
    /// Every key: whoever answers is believed.
    case any

    public static let defaultFiles = ["~/.ssh/known_hosts", "/etc/ssh/ssh_known_hosts"]

    var files: [String] {
        switch self {
        case .knownHosts(let files), .trustOnFirstUse(let files): files
        case .pin, .any: []
        }
    }
}
