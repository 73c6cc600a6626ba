// The words of [remote.tls], [remote.ssh], [remote.ftp] and [remote.proxy].

public enum TLSMode: String, Hashable, Sendable, CaseIterable {
    case ifAvailable = "if-available"
    case explicit, implicit, never
}

public enum AuthCommand: String, Hashable, Sendable, CaseIterable {
    case tls = "TLS"
    case ssl = "SSL"
}

public enum SessionResumption: String, Hashable, Sendable, CaseIterable {
    case auto, require, off
}

public enum TLSVersion: String, Hashable, Sendable, CaseIterable, Comparable {
    case tls10 = "1.0"
    case tls11 = "1.1"
    case tls12 = "1.2"
    case tls13 = "1.3"

    public static func < (left: TLSVersion, right: TLSVersion) -> Bool { left.rawValue < right.rawValue }
}

public enum CertificateTrust: String, Hashable, Sendable, CaseIterable {
    case system
    case caFile = "ca-file"
    case pin
    /// Pinned on first use.
    case tofu
    case any
}

extension ValueFormat where Value == TLSVersion {
    /// TLS versions; the names of SSL are understood and refused.
    static let tlsVersion = ValueFormat(alternatives(TLSVersion.allCases.map(\.rawValue)), shape: .string) {
        node throws(ValueProblem) in
        guard case .string(let text) = node.value else {
            if case .float(let number) = node.value { throw ValueProblem(suggestion: "\"\(number)\"") }
            throw .mismatch
        }
        if let version = TLSVersion(rawValue: text) { return version }
        if text.lowercased().hasPrefix("ssl") {
            throw ValueProblem(
                "\(text) is broken and not part of OpenSSL any more; the oldest version that can be used is \"1.0\"")
        }
        let number = text.lowercased().drop { !$0.isNumber }
        throw ValueProblem(suggestion: TLSVersion(rawValue: String(number)).map { "\"\($0.rawValue)\"" })
    }
}
