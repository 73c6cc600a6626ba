import FileModel

extension RemoteDefinition {
    /// Decodes [remote]; every fault is reported to the reader's findings.
    init(_ reader: TableReader, _ context: DecodingContext) {
        let address = RemoteAddress(reader)
        scheme = address.scheme
        host = address.host
        port = address.port
        folder = address.folder
        addressFamily = reader.read(RemoteKeys.addressFamily)
        bindAddress = reader.read(RemoteKeys.bind).nilIfEmpty
        maximumConnections = reader.read(RemoteKeys.maxConnections)
        maximumDownloadStreams = reader.read(RemoteKeys.maxDownloadStreams)
        maximumUploadStreams = reader.read(RemoteKeys.maxUploadStreams)
        timeout = reader.read(RemoteKeys.timeout)
        connectTimeout = reader.read(RemoteKeys.connectTimeout)
        idleTimeout = reader.read(RemoteKeys.idleTimeout)
        let interval = reader.read(RemoteKeys.keepalive)
        keepalive = interval == .zero ? nil : interval
        let rates = reader.nested(RateLimitKeys.schema)
        rateLimit = RateLimit(down: rates.read(RateLimitKeys.down), up: rates.read(RateLimitKeys.up))

        auth = AuthDefinition(reader.nested(AuthKeys.schema), context, url: address.url, urlPlace: address.urlPlace)
        tls = TLSDefinition(reader.nested(TLSKeys.schema), context, scheme: address.scheme)
        ssh = SSHDefinition(reader.nested(SSHKeys.schema), context)
        ftp = FTPDefinition(reader.nested(FTPKeys.schema))
        proxy = ProxyDefinition(reader.nested(ProxyKeys.schema), context)
        user = address.user
        if user == nil, auth.anonymous { user = "anonymous" }
        RemoteChecks(reader: reader, remote: self, address: address, context: context).run()
    }
}

extension TLSDefinition {
    init(_ reader: TableReader, _ context: DecodingContext, scheme: RemoteScheme) {
        mode = reader.read(TLSKeys.mode) ?? TLSMode(scheme)
        authCommand = reader.read(TLSKeys.authCommand)
        protectData = reader.read(TLSKeys.protectData)
        clearCommandChannel = reader.read(TLSKeys.clearCommandChannel)
        sessionResumption = reader.read(TLSKeys.sessionResumption)
        minimumVersion = reader.read(TLSKeys.minVersion)
        maximumVersion = reader.read(TLSKeys.maxVersion)
        ciphers = reader.read(TLSKeys.ciphers)
        clientCertificate = context.path(reader.read(TLSKeys.clientCertificate))
        clientKey = context.path(reader.read(TLSKeys.clientKey))
        trust = reader.read(TLSKeys.trust)
        caFile = context.path(reader.read(TLSKeys.caFile))
        pins = reader.read(TLSKeys.pins)
        checkHostname = reader.read(TLSKeys.checkHostname)
    }
}

extension TLSMode {
    init(_ scheme: RemoteScheme) {
        switch scheme {
        case .ftp: self = .ifAvailable
        case .ftpes: self = .explicit
        case .ftps: self = .implicit
        case .sftp: self = .never
        }
    }
}

extension SSHDefinition {
    init(_ reader: TableReader, _ context: DecodingContext) {
        transport = reader.read(SSHKeys.transport)
        command = reader.read(SSHKeys.command)
        hostKey = reader.read(SSHKeys.hostKey)
        knownHosts = reader.read(SSHKeys.knownHosts).map(context.path(required:))
        config = reader.read(SSHKeys.config).map(context.path(required:))
        pins = reader.read(SSHKeys.pins)
        compression = reader.read(SSHKeys.compression)
    }
}

extension FTPDefinition {
    init(_ reader: TableReader) {
        dataConnection = reader.read(FTPKeys.dataConnection)
        fixPassiveAddress = reader.read(FTPKeys.fixPassiveAddress)
        activeAddress = reader.read(FTPKeys.activeAddress).nilIfEmpty
        activePorts = reader.read(FTPKeys.activePorts)
        transferType = reader.read(FTPKeys.transferType)
        codePage = reader.read(FTPKeys.codePage)
        listing = reader.read(FTPKeys.listing)
        dateFormat = reader.read(FTPKeys.dateFormat)
        serverTimezone = reader.read(FTPKeys.serverTimezone)
        timeSetter = reader.read(FTPKeys.setTime)
        synchronizeDataChannel = reader.read(FTPKeys.synchronizeDataChannel)
    }
}

extension ProxyDefinition {
    /// nil for `type = "none"`.
    init?(_ reader: TableReader, _ context: DecodingContext) {
        type = reader.read(ProxyKeys.type)
        host = reader.read(ProxyKeys.host)
        port = reader.read(ProxyKeys.port)
        user = reader.read(ProxyKeys.user).nilIfEmpty
        domain = reader.read(ProxyKeys.domain).nilIfEmpty
        password = context.path(reader.read(ProxyKeys.passwordFile)).map(SecretSource.file)
        dataChannel = reader.read(ProxyKeys.dataChannel)
        if type == .none {
            if !host.isEmpty {
                reader.findings.warning(
                    "this proxy is not used", at: reader.place(of: ProxyKeys.host), label: "type is \"none\"")
            }
            return nil
        }
        if let problem = HostName.problem(of: host) {
            reader.findings.error(
                host.isEmpty ? "[remote.proxy] needs 'host'" : problem, at: reader.place(of: ProxyKeys.host))
        }
    }
}

extension String {
    var nilIfEmpty: String? { isEmpty ? nil : self }
}
