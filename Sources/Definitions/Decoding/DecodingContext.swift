/// What decoding needs to know besides the text.
struct DecodingContext {
    /// Relative paths start here: the folder that holds mounts.d and sync.d.
    var baseDirectory: String
    /// `~` and `~/x` are below it.
    var home: String
    /// The file's own path and mode; nil for definitions of the command line.
    var file: FileFacts?

    struct FileFacts {
        var path: String
        /// The low twelve mode bits.
        var mode: UInt16
    }

    /// An absolute path for what a definition says; empty is nil.
    func path(_ text: String) -> String? {
        if text.isEmpty { return nil }
        if text == "~" { return home }
        if text.hasPrefix("~/") { return home + text.dropFirst(1) }
        return text.hasPrefix("/") ? text : "\(baseDirectory)/\(text)"
    }

    func path(required text: String) -> String { path(text) ?? baseDirectory }
}
