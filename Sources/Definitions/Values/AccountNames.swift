import Glibc

/// Names of users and groups of this machine.
enum AccountNames {
    static func userID(_ name: String) -> UInt32? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        return entry.pw_uid
    }

    static func groupID(_ name: String) -> UInt32? {
        var entry = group()
        var found: UnsafeMutablePointer<group>?
        var buffer = [CChar](repeating: 0, count: 65_536)
        guard getgrnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        return entry.gr_gid
    }
}

extension ValueFormat where Value == Ownership {
    static let user = ownership("user", AccountNames.userID)
    static let group = ownership("group", AccountNames.groupID)

    private static func ownership(_ kind: String, _ find: @escaping @Sendable (String) -> UInt32?) -> ValueFormat {
        ValueFormat("\"owner\", a number or a \(kind) name", shape: .integerOrString) { node throws(ValueProblem) in
            switch node.value {
            case .string("owner"): return .owner
            case .integer(let number):
                guard let id = UInt32(exactly: number) else { throw .mismatch }
                return .id(id)
            case .string(let text) where !text.isEmpty:
                if let id = UInt32(text) ?? find(text) { return .id(id) }
                throw ValueProblem("there is no \(kind) '\(text)' on this machine")
            default: throw .mismatch
            }
        }
    }
}
