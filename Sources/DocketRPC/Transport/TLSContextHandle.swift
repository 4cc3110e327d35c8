internal import CDocketTLS
internal import DocketRuntime
internal import Glibc

/// Owns one `SSL_CTX`: TLS 1.3 only, one application protocol.
@safe final class TLSContextHandle: Sendable {
    /// Longer files are no certificates.
    private static let fileSizeMaximum = 1 << 20

    // Because: OpenSSL counts references to a context by atomics, and none is changed once made.
    private nonisolated(unsafe) let context: OpaquePointer

    init(_ configuration: TLSConfiguration) throws(TLSConfigurationError) {
        // OpenSSL writes to sockets without MSG_NOSIGNAL.
        Signal.ignoreBrokenPipes()
        let method =
            unsafe configuration.role == .server ? TLS_server_method() : TLS_client_method()
        guard let context = unsafe SSL_CTX_new(method) else { throw Self.failure("TLS context") }
        unsafe self.context = unsafe context
        unsafe docket_tls_set_modes(context)
        // Tickets would resume sessions, which nothing here needs.
        guard unsafe docket_tls_require_1_3(context) == 1,
            unsafe SSL_CTX_set_num_tickets(context, 0) == 1
        else { throw Self.failure("TLS 1.3") }
        if let identity = configuration.identity { try load(identity) }
        try load(configuration.trust, for: configuration.role)
        if configuration.role == .server {
            unsafe SSL_CTX_set_alpn_select_cb(context, selectProtocol, nil)
        } else {
            let status = unsafe SSL_CTX_set_alpn_protos(
                context,
                protocolList,
                UInt32(protocolList.count)
            )
            guard status == 0 else { throw Self.failure("ALPN") }
        }
    }

    deinit { unsafe SSL_CTX_free(context) }

    /// A connection before its handshake; it keeps the context.
    func makeConnection(
        on descriptor: Int32,
        role: TLSConfiguration.Role,
        serverName: String
    ) throws(StreamFailure) -> TLSHandle {
        guard let connection = unsafe SSL_new(context) else { throw .tls(reason: "out of memory") }
        let handle = unsafe TLSHandle(takingOwnershipOf: connection)
        try handle.begin(on: descriptor, role: role, serverName: serverName)
        return handle
    }

    private func load(_ identity: TLSConfiguration.Identity) throws(TLSConfigurationError) {
        ERR_clear_error()
        let certificate = identity.certificateFile
        guard unsafe SSL_CTX_use_certificate_chain_file(context, certificate) == 1 else {
            throw Self.failure("certificate \(certificate)")
        }
        let key = identity.keyFile
        guard unsafe SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1 else {
            throw Self.failure("key \(key)")
        }
        guard unsafe SSL_CTX_check_private_key(context) == 1 else {
            throw TLSConfigurationError(reason: "\(key) is not the key of \(certificate)")
        }
    }

    private func load(
        _ trust: TLSConfiguration.Trust,
        for role: TLSConfiguration.Role
    ) throws(TLSConfigurationError) {
        ERR_clear_error()
        switch trust {
        case .nobody:
            unsafe SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nil)
            return
        case .system:
            guard unsafe SSL_CTX_set_default_verify_paths(context) == 1 else {
                throw Self.failure("the system's authorities")
            }
        case .authorities(let file):
            guard unsafe SSL_CTX_load_verify_locations(context, file, nil) == 1 else {
                throw Self.failure("authorities \(file)")
            }
            if role == .server {
                unsafe SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(file))
            }
        }
        unsafe SSL_CTX_set_verify(
            context,
            SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
            nil
        )
    }

    /// A SHA-256 over the content of `files`, one after the other.
    static func digest(of files: [String]) throws(TLSConfigurationError) -> [UInt8] {
        var digests: [UInt8] = []
        for file in files {
            let content = try content(of: file)
            var digest = [UInt8](repeating: 0, count: 32)
            unsafe EVP_Digest(content, content.count, &digest, nil, EVP_sha256(), nil)
            digests += digest
        }
        return digests
    }

    private static func content(of file: String) throws(TLSConfigurationError) -> [UInt8] {
        guard let stream = unsafe fopen(file, "re") else {
            let reason = unsafe String(cString: strerror(errno))
            throw TLSConfigurationError(reason: "cannot read \(file): \(reason)")
        }
        defer { unsafe fclose(stream) }
        var content = [UInt8](repeating: 0, count: fileSizeMaximum + 1)
        let count = unsafe fread(&content, 1, content.count, stream)
        guard count <= fileSizeMaximum else {
            throw TLSConfigurationError(reason: "\(file) is too large")
        }
        return Array(content.prefix(count))
    }

    private static func failure(_ what: String) -> TLSConfigurationError {
        TLSConfigurationError(reason: "cannot use \(what): \(TLSHandle.takeErrorText())")
    }
}

/// The application protocol as ALPN has it: each name after its length.
private let protocolList =
    [UInt8(TLSConfiguration.applicationProtocol.utf8.count)]
    + Array(TLSConfiguration.applicationProtocol.utf8)

/// Chooses Docket's protocol from what the client offers, or refuses the client.
private func selectProtocol(
    _ connection: OpaquePointer?,
    _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ chosenLength: UnsafeMutablePointer<UInt8>?,
    _ offered: UnsafePointer<UInt8>?,
    _ offeredLength: UInt32,
    _ argument: UnsafeMutableRawPointer?
) -> Int32 {
    let offers = unsafe UnsafeBufferPointer(start: offered, count: Int(offeredLength))
    let wanted = protocolList.dropFirst()
    var position = 0
    while position < offers.count {
        let length = Int(unsafe offers[position])
        let name = unsafe offers.dropFirst(position + 1).prefix(length)
        if unsafe name.elementsEqual(wanted) {
            unsafe chosen?.pointee = unsafe offered.map { unsafe $0 + position + 1 }
            unsafe chosenLength?.pointee = UInt8(length)
            return SSL_TLSEXT_ERR_OK
        }
        position += 1 + length
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL
}
