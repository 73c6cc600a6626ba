extension SSHConfigLine {
    /// Stores the value of a keyword that counts.
    func store(
        _ keyword: SSHConfigKeyword, in values: inout SSHConfigValues, _ location: String
    ) throws(SSHConfigProblem) {
        let first = arguments[0]
        switch keyword {
        case .hostName: values.hostName = first
        case .port: values.port = try port(location)
        case .user: values.user = first
        case .identitiesOnly: values.identitiesOnly = try flag(location)
        case .userKnownHostsFile: values.userKnownHostsFiles = arguments
        case .globalKnownHostsFile: values.globalKnownHostsFiles = arguments
        case .hostKeyAlias: values.hostKeyAlias = first
        case .identityAgent: values.identityAgent = first
        case .identityFile: values.identityFiles.append(first)
        case .host, .match, .include, .refused, .ignored: break
        }
    }

    private func port(_ location: String) throws(SSHConfigProblem) -> Int {
        guard let port = Int(arguments[0]), (1...65_535).contains(port) else {
            throw SSHConfigProblem(location: location, message: "'\(arguments[0].prefix(60))' is not a port")
        }
        return port
    }

    private func flag(_ location: String) throws(SSHConfigProblem) -> Bool {
        switch arguments[0].lowercased() {
        case "yes", "true": true
        case "no", "false": false
        default:
            throw SSHConfigProblem(location: location, message: "'\(arguments[0].prefix(60))' is neither yes nor no")
        }
    }
}
