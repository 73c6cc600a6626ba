import FileModel
import COpenSSL

/// A version of SSL or TLS as a definition names it.
public enum TLSVersion: String, Hashable, Sendable, CaseIterable {
    case ssl2 = "SSLv2"
    case ssl3 = "SSLv3"
    case tls10 = "1.0"
    case tls11 = "1.1"
    case tls12 = "1.2"
    case tls13 = "1.3"

    /// Reads `1.2`, `TLSv1.2`, `TLS 1.2`, `SSLv3`; nil for anything else.
    public init?(_ text: String) {
        var word = text.lowercased().filter { $0 != " " }
        for prefix in ["tlsv", "tls"] where word.hasPrefix(prefix) {
            word.removeFirst(prefix.count)
            break
        }
        guard let version = Self.allCases.first(where: { $0.rawValue.lowercased() == word }) else { return nil }
        self = version
    }

    /// OpenSSL's number for the version.
    ///
    /// - Throws: `.configuration` for SSLv2 and SSLv3, which OpenSSL 3 does not have.
    var number: CInt {
        get throws(StorageError) {
            switch self {
            case .ssl2, .ssl3:
                throw StorageError(
                    .configuration,
                    "\(rawValue) is broken and cannot be used: set min_version and max_version to 1.0 … 1.3")
            case .tls10: return TLS1_VERSION
            case .tls11: return TLS1_1_VERSION
            case .tls12: return TLS1_2_VERSION
            case .tls13: return TLS1_3_VERSION
            }
        }
    }

    /// OpenSSL 3 speaks these only at security level 0: their signatures rest on SHA-1 and MD5.
    var needsSecurityLevelZero: Bool { self < .tls12 }
}

extension TLSVersion: Comparable {
    public static func < (left: TLSVersion, right: TLSVersion) -> Bool { left.age < right.age }

    private var age: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
