import Definitions
import FTP
import FileModel
import TLS
import Transport

extension FTPSettings {
    /// - Throws: `.configuration` for a secret or file that cannot be used.
    ///
    /// - Parameter trust: what is remembered of the server; nil for nothing.
    init(_ remote: RemoteDefinition, _ trust: ServerTrust?) async throws(StorageError) {
        self.init(
            endpoint: Endpoint(host: remote.host, port: remote.port), credentials: try await FTPCredentials(remote),
            security: try FTPSecurity(remote.tls, trust))
        dialing = try await DialOptions(remote)
        timeouts = FTPTimeouts(
            command: remote.timeout, connect: remote.connectTimeout, verdict: max(.seconds(60), remote.timeout))
        data.mode = FTP.DataConnectionMode(rawValue: remote.ftp.dataConnection.rawValue) ?? .automatic
        data.addressFix = FTP.PassiveAddressFix(rawValue: remote.ftp.fixPassiveAddress.rawValue) ?? .automatic
        data.activeAddress = remote.ftp.activeAddress
        data.activePorts = remote.ftp.activePorts
        data.isSynchronized = remote.ftp.synchronizeDataChannel
        data.usesProxy = remote.proxy?.dataChannel ?? true
        transferType = FTP.TransferType(rawValue: remote.ftp.transferType.rawValue) ?? .binary
        times.setter = TimeSetterChoice(rawValue: remote.ftp.timeSetter.rawValue) ?? .automatic
        times.zone = remote.ftp.serverTimezone.map { ServerZone(ZoneRules($0)) }
        times.pattern = remote.ftp.dateFormat
        listing = remote.ftp.listing.mode
        prefersUTF8 = remote.ftp.codePage.map { ["UTF-8", "UTF8"].contains($0.uppercased()) } ?? true
        // The password of an anonymous login is none.
        let isAnonymous = credentials == .anonymous
        log = WireLog(
            remote,
            secrets: [isAnonymous ? nil : credentials.password, credentials.account, dialing.proxy?.password])
    }
}

extension FTPCredentials {
    fileprivate init(_ remote: RemoteDefinition) async throws(StorageError) {
        guard !remote.auth.anonymous, let user = remote.user else {
            self = .anonymous
            return
        }
        guard let password = try await remote.auth.password.fetched(host: remote.host, user: user) else {
            throw StorageError(
                .configuration,
                "there is no password for \(user) at \(remote.host): set SYNCCTL_PASSWORD_FILE, or password_file in "
                    + "[remote.auth]")
        }
        self.init(user: user, password: password, account: remote.auth.account.map { Secret($0) })
    }
}

extension FTPSecurity {
    fileprivate init(_ definition: TLSDefinition, _ trust: ServerTrust?) throws(StorageError) {
        let mode = FTPSecurityMode(rawValue: definition.mode.rawValue) ?? .explicit
        self.init(mode: mode, context: mode == .never ? nil : try TLSContext(try TLSSettings(definition, trust)))
        authCommand = FTP.AuthCommand(rawValue: definition.authCommand.rawValue) ?? .tls
        protectsData = definition.protectData
        if let trust { history = trust }
        clearsCommandChannel = definition.clearCommandChannel
        resumption = FTP.SessionResumption(rawValue: definition.sessionResumption.rawValue) ?? .automatic
    }
}

extension TLSSettings {
    init(_ definition: TLSDefinition, _ trust: ServerTrust?) throws(StorageError) {
        self.init()
        minimumVersion = TLS.TLSVersion(definition.minimumVersion.rawValue) ?? .tls12
        maximumVersion = TLS.TLSVersion(definition.maximumVersion.rawValue) ?? .tls13
        ciphers = definition.ciphers
        clientCertificate = definition.clientCertificate
        clientKey = definition.clientKey
        checksHostname = definition.checkHostname
        pins = try definition.pins.map { pin throws(StorageError) in try CertificatePin(pin) }
        self.trust = try TLSTrust(definition, trust)
    }
}

extension TLSTrust {
    fileprivate init(_ definition: TLSDefinition, _ trust: ServerTrust?) throws(StorageError) {
        switch (definition.trust, definition.caFile) {
        case (.system, nil): self = .system
        case (.system, let file?), (.caFile, let file?): self = .authorities(file: file)
        case (.caFile, nil): throw StorageError(.configuration, "trust = \"ca-file\" needs ca_file in [remote.tls]")
        case (.pin, _): self = .pinned
        case (.any, _): self = .any
        case (.tofu, _): self = trust?.firstUse ?? .system
        }
    }
}

extension ServerZone {
    /// The rules of the zone hold for each date: summer time in summer, winter time in winter.
    init(_ rules: ZoneRules) {
        self.init(moment: { rules.moment(ofLocal: $0) }, wall: { $0 + rules.offset($0) })
    }
}

extension ListingCommand {
    fileprivate var mode: ListingMode? {
        switch self {
        case .auto: nil
        case .mlsd: .machine
        case .list: .human
        }
    }
}
