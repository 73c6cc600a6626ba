import Foundation

/// The name of a time zone that this machine knows: `Europe/Berlin`, `UTC`.
public struct ZoneName: Hashable, Sendable, CustomStringConvertible {
    public let name: String

    public init?(_ name: String) {
        guard !name.isEmpty, TimeZone(identifier: name) != nil else { return nil }
        self.name = name
    }

    public var description: String { name }

    /// The zone most like `name`.
    static func near(_ name: String) -> String? {
        NearName.find(name, among: TimeZone.knownTimeZoneIdentifiers)
            ?? TimeZone.knownTimeZoneIdentifiers.first { $0.lowercased().hasSuffix("/" + name.lowercased()) }
    }
}

extension ValueFormat where Value == ZoneName {
    static let zone = ValueFormat.parsed("a time zone such as \"Europe/Berlin\" or \"UTC\"") {
        text throws(ValueProblem) in
        if let zone = ZoneName(text) { return zone }
        throw ValueProblem(
            "there is no time zone '\(text)'", suggestion: ZoneName.near(text).map { "\"\($0)\"" })
    }
}
