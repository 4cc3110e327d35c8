package import DocketClient
package import DocketSettings

/// The client that the settings describe.
package enum ClientSettings {
    /// A client of the server, with the key and the TLS that are set.
    ///
    /// - Parameters:
    ///   - values: May hold all of ``CommandSettings/forAll``.
    ///   - agent: The name of the program.
    ///   - configuration: What holds where nothing is set.
    /// - Returns: A client that is not connected yet.
    /// - Throws: ``UsageError`` and `SettingsError` for what is set wrongly, `DocketError`.
    package static func makeClient(
        _ values: SettingValues,
        agent: String = "docket",
        configuration: ClientConfiguration = ClientConfiguration()
    ) throws -> DocketClient {
        let addresses = values[CommandSettings.address]
        var configuration = configuration
        configuration.agent = agent + "/" + DocketVersion.text
        configuration.tls = try tls(values)
        if let timeout = values[CommandSettings.timeout] {
            configuration.timeouts.reads = timeout
            configuration.timeouts.writes = timeout
            configuration.timeouts.streamParts = timeout
            configuration.timeouts.backup = timeout
            configuration.connectTimeout = min(timeout, configuration.connectTimeout)
        }
        return try DocketClient(
            addresses: addresses.isEmpty ? ["127.0.0.1:7700"] : addresses,
            key: try key(values),
            configuration: configuration
        )
    }

    /// The key, from where it was said nearest: the command line before the environment.
    private static func key(_ values: SettingValues) throws -> String {
        let key = values[CommandSettings.key]
        let file = values[CommandSettings.keyFile]
        switch (key, file) {
        case (let key?, nil): return key
        case (nil, let file?): return try read(file)
        case (let key?, let file?):
            let keySource = values.source(of: CommandSettings.key)
            let fileSource = values.source(of: CommandSettings.keyFile)
            guard let keySource, let fileSource, keySource != fileSource else {
                throw UsageError("a key and a file with a key are given: leave one out")
            }
            return keySource > fileSource ? key : try read(file)
        case (nil, nil):
            throw UsageError("no key: set DOCKET_KEY_FILE or DOCKET_KEY, or give --key-file FILE")
        }
    }

    private static func read(_ file: String) throws -> String {
        let text = try SettingsFile.text(at: file)
        let key = text.prefix { !$0.isNewline }.filter { !$0.isWhitespace }
        guard !key.isEmpty else { throw UsageError("\(file): holds no key") }
        return key
    }

    private static func tls(_ values: SettingValues) throws -> ClientTLS? {
        let authorities = values[CommandSettings.tlsCA]
        let name = values[CommandSettings.tlsServerName]
        let certificate = values[CommandSettings.tlsClientCert]
        let key = values[CommandSettings.tlsClientKey]
        let isMeant = [authorities, name, certificate, key].contains { $0 != nil }
        guard values[CommandSettings.usesTLS] || isMeant else { return nil }
        var tls = ClientTLS(authoritiesFile: authorities, serverName: name)
        switch (certificate, key) {
        case (nil, nil): break
        case (let certificate?, let key?):
            tls.identity = .init(certificateFile: certificate, keyFile: key)
        default: throw UsageError("--tls-client-cert and --tls-client-key come together")
        }
        return tls
    }
}
