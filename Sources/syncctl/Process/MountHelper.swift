import Definitions

/// The program under the name `mount.fuse.syncctl`, as mount(8) calls it for `mount -t fuse.syncctl` and lines of
/// fstab(5): `mount.fuse.syncctl SOURCE DIR [-sfnv] [-N namespace] [-o options] [-t type]`.
struct MountHelper {
    /// The words of `syncctl mount`; nil: nothing is to be mounted.
    let arguments: [String]?

    /// - Parameter words: those of the process, its name first.
    /// - Returns: nil under any other name.
    init?(_ words: [String]) {
        guard let name = words.first?.split(separator: "/").last, name.hasPrefix("mount.") else { return nil }
        var places: [String] = []
        var options: [String] = []
        var isFake = false
        var rest = words.dropFirst()[...]
        while let word = rest.popFirst() {
            switch word {
            case "-o": if let value = rest.popFirst() { options.append(value) }
            case "-t", "-N": _ = rest.popFirst()
            case _ where word.hasPrefix("-o"): options.append(String(word.dropFirst(2)))
            case _ where word.hasPrefix("-"): isFake = isFake || word.dropFirst().contains("f")
            default: places.append(word)
            }
        }
        guard !isFake else {
            arguments = nil
            return
        }
        let source = places.first.map { [Self.target($0)] } ?? []
        arguments = ["mount"] + options.flatMap { ["-o", $0] } + ["--"] + source + places.dropFirst()
    }

    /// A definition, a URL, or what sshfs calls `[user@]host:[folder]`.
    static func target(_ source: String) -> String {
        if RemoteURL.looksLikeURL(source) { return source }
        guard let colon = source.firstIndex(of: ":"), !source[..<colon].contains("/") else { return source }
        let folder = source[source.index(after: colon)...]
        return "sftp://\(source[..<colon])/" + (folder.hasPrefix("/") ? String(folder.dropFirst()) : "~/" + folder)
    }
}
