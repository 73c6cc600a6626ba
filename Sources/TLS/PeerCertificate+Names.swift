import COpenSSL
import FileModel
import Glibc

extension PeerCertificate {
    /// DNS names and addresses of the subjectAltName extension (RFC 5280 §4.2.1.6).
    static func alternativeNames(of certificate: OpaquePointer) -> [String] {
        guard let raw = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else { return [] }
        let names = OpaquePointer(raw)
        defer { GENERAL_NAMES_free(names) }
        return (0..<remora_general_names_count(names)).compactMap { index in
            remora_general_names_at(names, index).flatMap(alternativeName)
        }
    }

    private static func alternativeName(_ name: UnsafePointer<GENERAL_NAME>) -> String? {
        var kind: CInt = 0
        guard let value = GENERAL_NAME_get0_value(name, &kind) else { return nil }
        let bytes = contents(of: value.assumingMemoryBound(to: ASN1_STRING.self))
        switch kind {
        case GEN_DNS: return printable(bytes)
        case GEN_IPADD: return address(bytes)
        default: return nil
        }
    }

    private static func contents(of string: UnsafePointer<ASN1_STRING>) -> [UInt8] {
        guard let start = ASN1_STRING_get0_data(string) else { return [] }
        return Array(UnsafeBufferPointer(start: start, count: Int(ASN1_STRING_length(string))))
    }

    private static func address(_ bytes: [UInt8]) -> String? {
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
