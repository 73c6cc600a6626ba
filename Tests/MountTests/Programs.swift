import Glibc

/// How a program ended, and what it wrote.
struct ProgramResult: Sendable {
    let status: CInt
    let output: String
}

/// Runs a program through sh(1), its two outputs together. Blocks.
func runShell(_ script: String) throws -> ProgramResult {
    var ends: [CInt] = [0, 0]
    try check(pipe(&ends))
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
    let words: [String] = ["timeout", "60", "sh", "-c", script]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    var pid = pid_t()
    let spawned = posix_spawnp(&pid, "timeout", &actions, nil, &arguments, environ)
    close(ends[1])
    defer { close(ends[0]) }
    guard spawned == 0 else { throw SystemError(spawned) }
    let output = try readAll(ends[0])
    var status: CInt = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    return ProgramResult(status: status >> 8 & 0xFF, output: output)
}

private func readAll(_ descriptor: CInt) throws -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = try check(read(descriptor, &buffer, buffer.count))
        if count == 0 { return String(decoding: bytes, as: UTF8.self) }
        bytes += buffer.prefix(count)
    }
}
