/// Which blocks apply.
extension SSHConfigReader {
    /// `Host`: one of the patterns, and none of those with `!`. Capitals count, as with ssh.
    func matches(_ patterns: [String]) -> Bool {
        var isMatch = false
        for pattern in patterns {
            let isNegated = pattern.hasPrefix("!")
            guard HostPattern.matches(exactly: subject.host, isNegated ? String(pattern.dropFirst()) : pattern) else {
                continue
            }
            if isNegated { return false }
            isMatch = true
        }
        return isMatch
    }

    /// `Match`: all criteria.
    func matchActivity(_ criteria: [String], _ location: String) -> Activity {
        var rest = criteria[...]
        var isUnknown = false
        while var name = rest.popFirst()?.lowercased() {
            let isNegated = name.hasPrefix("!")
            if isNegated { name.removeFirst() }
            let verdict: Bool?
            switch name {
            case "all": verdict = true
            case "canonical": verdict = false
            case "final": verdict = nil
            default:
                guard let patterns = rest.popFirst() else { return .inactive }
                verdict = judge(name, patterns)
            }
            guard let verdict else {
                isUnknown = true
                continue
            }
            if verdict == isNegated { return .inactive }
        }
        return isUnknown ? .unknown(location: location) : .active
    }

    /// nil: what the criterion asks for is not known here.
    private func judge(_ name: String, _ list: String) -> Bool? {
        let patterns = list.split(separator: ",").map(String.init)
        switch name {
        case "host":
            let host = values.hostName.map { SSHConfigTokens.hostName($0, host: subject.host) } ?? subject.host
            return HostPattern.matches(host.lowercased(), patterns)
        case "originalhost": return HostPattern.matches(subject.host.lowercased(), patterns)
        case "user": return HostPattern.matches(subject.user ?? values.user ?? subject.localUser, patterns)
        case "localuser": return HostPattern.matches(subject.localUser, patterns)
        default: return nil
        }
    }
}
