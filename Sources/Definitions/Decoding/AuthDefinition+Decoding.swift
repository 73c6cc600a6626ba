import FileModel

extension AuthDefinition {
    /// - Parameter url: whose password counts where [remote.auth] has none.
    init(_ reader: TableReader, _ context: DecodingContext, url: RemoteURL?, urlPlace: SourceSpan?) {
        anonymous = reader.read(AuthKeys.anonymous)
        account = reader.read(AuthKeys.account).nilIfEmpty
        methods = reader.read(AuthKeys.methods)
        identityFiles = reader.read(AuthKeys.identityFiles).map(context.path(required:))
        passphrase = context.path(reader.read(AuthKeys.passphraseFile)).map(SecretSource.file)
        password = Self.password(reader, context)
        if let secret = url?.password {
            if password == nil { password = .inline(secret) }
            reader.findings.warning(
                "a password inside a URL is easily seen by others", at: urlPlace,
                label: "use password_file in [remote.auth], or SYNCCTL_PASSWORD")
        }
        checkInline(
            reader, context, urlHasPassword: url?.password != nil && urlPlace?.source.isArgument != true, urlPlace)
    }

    private static func password(_ reader: TableReader, _ context: DecodingContext) -> SecretSource? {
        let given: [(name: String, source: SecretSource?)] = [
            (AuthKeys.passwordFile.name, context.path(reader.read(AuthKeys.passwordFile)).map(SecretSource.file)),
            (AuthKeys.passwordCommand.name, command(reader)),
            (
                AuthKeys.passwordEnvironment.name,
                reader.read(AuthKeys.passwordEnvironment).nilIfEmpty.map(SecretSource.environment)
            ),
            (AuthKeys.credential.name, reader.read(AuthKeys.credential).nilIfEmpty.map(SecretSource.credential)),
            (AuthKeys.netrc.name, context.path(reader.read(AuthKeys.netrc)).map(SecretSource.netrc)),
            (AuthKeys.password.name, reader.read(AuthKeys.password).nilIfEmpty.map { .inline(Secret($0)) }),
        ]
        let sources = given.filter { $0.source != nil }
        for extra in sources.dropFirst() {
            // What the command line says counts.
            if reader.namePlace(of: extra.name)?.source.isArgument == true { return extra.source }
            if reader.namePlace(of: sources[0].name)?.source.isArgument == true { break }
            reader.findings.error(
                "'\(sources[0].name)' gives the password already", at: reader.namePlace(of: extra.name),
                label: "keep one of the two")
        }
        return sources.first?.source
    }

    private static func command(_ reader: TableReader) -> SecretSource? {
        let words = reader.read(AuthKeys.passwordCommand)
        return words.isEmpty ? nil : .command(words)
    }

    /// A password in a file that others can read is an error; the message names the chmod.
    private func checkInline(
        _ reader: TableReader, _ context: DecodingContext, urlHasPassword: Bool, _ urlPlace: SourceSpan?
    ) {
        let isInline = reader.has(AuthKeys.password)
        guard isInline || urlHasPassword, let file = context.file, file.mode & 0o077 != 0 else { return }
        reader.findings.error(
            "this file holds a password and can be read by others; run: chmod 600 \(file.path)",
            at: isInline ? reader.namePlace(of: AuthKeys.password.name) : urlPlace)
    }
}
