import Glibc
import TestServers

/// Writes a file that belongs to its owner alone.
func write(_ text: String, to path: String) throws {
    guard let file = fopen(path, "we") else { throw SystemError(path, code: errno) }
    defer { fclose(file) }
    fchmod(fileno(file), 0o600)
    guard fputs(text, file) >= 0 else { throw SystemError(path, code: errno) }
}
