import FileModel
import Testing
import Transport

@testable import SSH

@Suite struct OpenSSHSettingsTests {
    @Test func namesTheHostLastSoThatItIsNoOption() {
        var settings = OpenSSHSettings(host: "-oProxyCommand=evil", port: 2222, user: "anna")
        settings.identityFiles = ["/k 1"]
        let command = settings.command
        #expect(command.suffix(4) == ["-s", "--", "-oProxyCommand=evil", "sftp"])
        #expect(command.contains("BatchMode=yes"))
        #expect(zip(command, command.dropFirst()).contains { $0 == ("-p", "2222") })
        #expect(zip(command, command.dropFirst()).contains { $0 == ("-l", "anna") })
        #expect(zip(command, command.dropFirst()).contains { $0 == ("-i", "/k 1") })
    }

    @Test func leavesToSSHConfigWhatIsNotSaid() {
        let command = OpenSSHSettings(host: "alias").command
        for option in ["-p", "-l", "-i", "-C", "-4", "-6", "-b"] { #expect(!command.contains(option)) }
        #expect(!command.contains { $0.contains("KnownHosts") || $0.contains("StrictHostKeyChecking") })
    }

    @Test(arguments: [
        (OpenSSHSettings.HostKeyCheck.knownHosts, "StrictHostKeyChecking=yes"),
        (.trustOnFirstUse, "StrictHostKeyChecking=accept-new"), (.any, "StrictHostKeyChecking=no"),
    ])
    func saysHowHostKeysAreChecked(_ check: OpenSSHSettings.HostKeyCheck, _ option: String) {
        var settings = OpenSSHSettings(host: "h")
        settings.hostKeyCheck = check
        settings.knownHostsFiles = ["/a b", "/c"]
        #expect(settings.command.contains(option))
        #expect(settings.command.contains("UserKnownHostsFile=\"/a b\" \"/c\"") == (check != .any))
    }

    @Test func passesTheDialOptionsOn() {
        var settings = OpenSSHSettings(host: "h")
        settings.dial = DialOptions(addressFamily: .ipv6, bindAddress: "::1", connectTimeout: .seconds(7))
        settings.compression = true
        let command = settings.command
        #expect(command.contains("-6") && command.contains("-C") && command.contains("::1"))
        #expect(command.contains("ConnectTimeout=7"))
    }

    @Test(arguments: [
        ("anna@h: Permission denied (publickey).", StorageError.Code.loginFailed),
        ("Host key verification failed.", .hostKeyRejected),
        ("ssh: Could not resolve hostname nowhere: Name or service not known", .unreachable),
        ("ssh: connect to host h port 22: Connection refused", .unreachable),
        ("ssh: connect to host h port 22: Connection timed out", .timedOut),
        ("subsystem request failed on channel 0", .configuration),
        ("something new", .connectionLost),
    ])
    func ssh(_ line: String, means code: StorageError.Code) {
        let error = OpenSSHFailure.error(peer: "h", end: .exited(255), lines: ["Warning: first", line])
        #expect(error.code == code && error.serverReply == "ssh: \(line)" && error.message.contains("h"))
    }
}
