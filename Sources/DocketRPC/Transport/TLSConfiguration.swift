/// What TLS needs to know, for one side; files are PEM.
package struct TLSConfiguration: Sendable {
    /// A certificate chain, leaf first, and its key.
    package struct Identity: Sendable {
        package let certificateFile: String
        package let keyFile: String

        package init(certificateFile: String, keyFile: String) {
            self.certificateFile = certificateFile
            self.keyFile = keyFile
        }
    }

    /// Whom to believe.
    package enum Trust: Sendable {
        /// No certificate is asked for; only for servers, whose clients have keys instead.
        case nobody
        case system
        case authorities(file: String)
    }

    package enum Role: Sendable {
        case server
        case client
    }

    /// The protocol that both sides have to name in ALPN.
    package static let applicationProtocol = "docket/1"

    package let role: Role
    package let identity: Identity?
    package let trust: Trust

    /// A server; with `clientAuthorities`, only clients with a certificate of theirs get in.
    package static func server(identity: Identity, clientAuthorities: String? = nil) -> Self {
        Self(
            role: .server,
            identity: identity,
            trust: clientAuthorities.map { .authorities(file: $0) } ?? .nobody
        )
    }

    /// A client that believes `authorities`, or those of the system.
    package static func client(authorities: String? = nil, identity: Identity? = nil) -> Self {
        Self(
            role: .client,
            identity: identity,
            trust: authorities.map { .authorities(file: $0) } ?? .system
        )
    }

    /// All files whose content this refers to.
    var files: [String] {
        var files: [String] = []
        if let identity { files = [identity.certificateFile, identity.keyFile] }
        if case .authorities(let file) = trust { files.append(file) }
        return files
    }
}

/// A configuration of TLS that cannot be used; `reason` names the file, never its content.
package struct TLSConfigurationError: Error, Sendable, CustomStringConvertible {
    package let reason: String

    package var description: String { reason }
}
