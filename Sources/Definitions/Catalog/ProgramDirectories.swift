import Glibc

/// Where the program finds its definitions and keeps its state (XDG Base Directory Specification).
public struct ProgramDirectories: Hashable, Sendable {
    /// A folder that may hold mounts.d and sync.d.
    public struct Configuration: Hashable, Sendable {
        public let path: String
        /// Named by the user; it is an error if it does not exist.
        public let isRequired: Bool
    }

    /// In the order of their weight: the first that has a name wins.
    public let configuration: [Configuration]
    /// Archives, history, calibration, the spool of what could not be uploaded.
    public let state: String
    /// Sockets and connection slots; empty after a reboot.
    public let runtime: String
    public let cache: String
    public let home: String

    /// - Parameters:
    ///   - config: `--config DIR`.
    ///   - stateOverride: `--state DIR`, which then holds runtime and cache folders as well.
    public init(
        environment: [String: String], userID: UInt32, config: String? = nil, state stateOverride: String? = nil
    ) {
        let home = environment["HOME"]?.nilIfEmpty ?? (userID == 0 ? "/root" : "/")
        /// XDG paths must be absolute; others are ignored, as the specification says.
        func xdg(_ name: String, _ fallback: String) -> String {
            let value = environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil }
            return (value ?? home + fallback) + "/syncctl"
        }
        self.home = home
        configuration =
            [config, environment["SYNCCTL_CONFIG"]?.nilIfEmpty].compactMap(\.self).map {
                .init(path: $0, isRequired: true)
            }
            + [xdg("XDG_CONFIG_HOME", "/.config"), "/etc/syncctl"].map { .init(path: $0, isRequired: false) }
        if let stateOverride {
            state = stateOverride
            runtime = stateOverride + "/run"
            cache = stateOverride + "/cache"
        } else if userID == 0 {
            (state, runtime, cache) = ("/var/lib/syncctl", "/run/syncctl", "/var/cache/syncctl")
        } else {
            state = xdg("XDG_STATE_HOME", "/.local/state")
            runtime = environment["XDG_RUNTIME_DIR"] == nil ? Self.runtime(userID, home) : xdg("XDG_RUNTIME_DIR", "")
            cache = xdg("XDG_CACHE_HOME", "/.cache")
        }
    }

    /// A job of cron has no XDG_RUNTIME_DIR and must still count its connections where a session does.
    private static func runtime(_ userID: UInt32, _ home: String) -> String {
        let folder = "/run/user/\(userID)"
        return access(folder, W_OK) == 0 ? folder + "/syncctl" : home + "/.local/state/syncctl/run"
    }
}
