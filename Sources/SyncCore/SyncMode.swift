/// Which way changes travel.
public enum SyncMode: Hashable, Sendable {
    case twoWay
    /// The source wins. `mirror`: what the source does not have is deleted at the destination.
    case oneWay(from: Side, mirror: Bool)

    public static let push = SyncMode.oneWay(from: .local, mirror: false)
    public static let pull = SyncMode.oneWay(from: .remote, mirror: false)

    /// The side that is only read; nil in both directions.
    public var source: Side? {
        if case .oneWay(let source, _) = self { source } else { nil }
    }

    public var swapped: SyncMode {
        switch self {
        case .twoWay: .twoWay
        case .oneWay(let source, let mirror): .oneWay(from: source.other, mirror: mirror)
        }
    }
}

/// What happens to what a run deletes.
public enum DeleteMode: String, Hashable, Sendable, Codable {
    case trash, permanent, never
}

/// What happens to symbolic links.
public enum LinkPolicy: String, Hashable, Sendable, Codable {
    /// Counted and left alone.
    case skip
    /// Synchronised as links.
    case link
    /// Local links that stay inside the root count as what they lead to.
    case follow
}

/// How a destination that differs is overwritten by a one-way run.
public enum OverwritePolicy: String, Hashable, Sendable, Codable {
    /// The old copy goes to trash first.
    case ifDifferent = "if-different"
    /// Without keeping the old copy.
    case always
}
