// The words that definitions choose from, one enumeration per key.

public enum RemoteAddressFamily: String, Hashable, Sendable, CaseIterable {
    case any, ipv4, ipv6
}

public enum AuthenticationMethod: String, Hashable, Sendable, CaseIterable {
    case agent, publickey
    case keyboardInteractive = "keyboard-interactive"
    case password
}

public enum SSHTransport: String, Hashable, Sendable, CaseIterable {
    case libssh2, openssh
    /// A program that speaks SFTP on its standard streams.
    case command
}

public enum HostKeyPolicy: String, Hashable, Sendable, CaseIterable {
    case knownHosts = "known-hosts"
    case tofu, pin, any
}

public enum DataConnectionMode: String, Hashable, Sendable, CaseIterable {
    /// EPSV, then PASV.
    case auto
    case epsv, pasv, eprt, port
}

public enum PassiveAddressFix: String, Hashable, Sendable, CaseIterable {
    case auto, always, never
}

public enum TransferType: String, Hashable, Sendable, CaseIterable {
    case binary, ascii
}

public enum ListingCommand: String, Hashable, Sendable, CaseIterable {
    case auto, mlsd, list
}

public enum TimeSetter: String, Hashable, Sendable, CaseIterable {
    case auto, mfmt, mdtm, utime, off
}

public enum ProxyType: String, Hashable, Sendable, CaseIterable {
    case none, http, socks4, socks4a, socks5
}

public enum SyncDirection: String, Hashable, Sendable, CaseIterable {
    case push, pull, sync
}

public enum OverlapPolicy: String, Hashable, Sendable, CaseIterable {
    case skip, queue
}

public enum SymlinkPolicy: String, Hashable, Sendable, CaseIterable {
    case skip, link, follow
}

public enum DeleteMode: String, Hashable, Sendable, CaseIterable {
    case trash, permanent, never
}

public enum ConflictPolicy: String, Hashable, Sendable, CaseIterable {
    case newer, older, larger, smaller, local, remote
    case keepBoth = "keep-both"
    case skip
}

public enum OverwritePolicy: String, Hashable, Sendable, CaseIterable {
    /// The replaced copy goes to the trash.
    case ifDifferent = "if-different"
    case always
}

/// What close(2) on a mount means.
public enum WriteMode: String, Hashable, Sendable, CaseIterable {
    /// The server has the file.
    case through
    /// The file is safe in a journal of this machine, and is uploaded soon.
    case back
}

public enum VerificationMode: String, Hashable, Sendable, CaseIterable {
    case size, checksum
}

public enum SourceDisposition: String, Hashable, Sendable, CaseIterable {
    case keep, delete
}

/// The least important first.
public enum LogLevel: String, Hashable, Sendable, CaseIterable, Comparable {
    case trace, debug, info, notice, warning, error

    public static func < (left: LogLevel, right: LogLevel) -> Bool {
        guard left != right else { return false }
        return allCases.first { $0 == left || $0 == right } == left
    }
}
