/// The text of `syncctl config reference`: every key with its type, default and meaning, as commented TOML.
public enum ConfigurationReference {
    public static var text: String {
        """
        # Definitions are TOML files, one for each mount or sync, in mounts.d/NAME.toml and sync.d/NAME.toml
        # below --config DIR, $SYNCCTL_CONFIG, $XDG_CONFIG_HOME/syncctl and /etc/syncctl; the first of a name wins.
        # Values shown are the defaults; keys without one are commented out.
        # Relative paths start at the folder that holds mounts.d; ~ is the home folder.

        # ==== mounts.d/NAME.toml ====

        \(FileSchemas.mount.tables.map { section($0, path: $0.name) }.joined(separator: "\n"))
        # ==== sync.d/NAME.toml ====

        \(FileSchemas.sync.keys.map(line).joined())
        # [remote] and its tables as above, instead of a name.

        \(FileSchemas.sync.tables.filter { $0.name != "remote" && $0.name != "log" }
            .map { section($0, path: $0.name) }.joined(separator: "\n"))
        # [log] as above.

        """
    }

    private static func section(_ schema: TableSchema, path: String) -> String {
        let header = "# \(schema.help)\n[\(path)]\n"
        let body = schema.keys.map(line).joined()
        let inner = schema.tables.map { "\n" + section($0, path: "\(path).\($0.name)") }.joined()
        return header + body + inner
    }

    /// The key with its default, or its example as a comment, then what it is.
    private static func line(_ key: KeyDescription) -> String {
        let isShown = key.example == nil
        let assignment = (isShown ? "" : "#") + "\(key.name) = \((key.example ?? key.fallback).asTOML)"
        let kind = key.summary == "a string" ? "" : "; \(key.summary)"
        return wrap(key.help + kind) + assignment + "\n"
    }

    /// Comment lines of at most 100 characters.
    private static func wrap(_ text: String) -> String {
        var lines: [String] = []
        var line = "#"
        for word in text.split(separator: " ") {
            if line.count + word.count + 1 > 100 {
                lines.append(line)
                line = "#"
            }
            line += " " + word
        }
        return (lines + [line]).joined(separator: "\n") + "\n"
    }
}
