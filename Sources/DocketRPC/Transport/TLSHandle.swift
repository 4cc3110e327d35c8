internal import CDocketTLS
internal import Glibc

/// Owns one `SSL`: a TLS connection on a descriptor that it does not own.
@safe final class TLSHandle {
    /// What a step of the connection came to, with what it waits for.
    enum Step {
        case done(Int)
        case wantsRead
        case wantsWrite
        case ended
        case failed(StreamFailure)
    }

    private let connection: OpaquePointer

    init(takingOwnershipOf connection: OpaquePointer) {
        unsafe self.connection = unsafe connection
    }

    deinit { unsafe SSL_free(connection) }

    /// Attaches the descriptor and, for a client, what the server's certificate must be for.
    func begin(
        on descriptor: Int32,
        role: TLSConfiguration.Role,
        serverName: String
    ) throws(StreamFailure) {
        guard unsafe SSL_set_fd(connection, descriptor) == 1 else {
            throw .tls(reason: Self.takeErrorText())
        }
        guard role == .client else {
            unsafe SSL_set_accept_state(connection)
            return
        }
        unsafe SSL_set_connect_state(connection)
        // An address is checked as one; only names are sent along and compared as names.
        if unsafe X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), serverName) == 1 {
            return
        }
        guard unsafe docket_tls_set_server_name(connection, serverName) == 1,
            unsafe SSL_set1_host(connection, serverName) == 1
        else { throw .tls(reason: "the server name cannot be used") }
    }

    func handshake() -> Step {
        let step = perform { unsafe SSL_do_handshake(connection) }
        // A peer that names no protocol at all passes OpenSSL's own check.
        if case .done = step, !hasProtocol { return .failed(.protocolMismatch) }
        return step
    }

    /// One record at most, as much of it as there is room for.
    func read(into buffer: inout ReceiveBuffer) -> Step {
        perform {
            Int32(
                clamping: unsafe buffer.fill { free in
                    Int(unsafe SSL_read(connection, free.baseAddress, Int32(clamping: free.count)))
                }
            )
        }
    }

    /// One record at most, from the front of `buffer`.
    func write(from buffer: borrowing SendBuffer) -> Step {
        perform {
            unsafe buffer.withFirst { bytes, _ in
                unsafe SSL_write(connection, bytes.baseAddress, Int32(clamping: bytes.count))
            } ?? 0
        }
    }

    /// Whether bytes of the peer are held back here.
    var hasPending: Bool { unsafe SSL_has_pending(connection) == 1 }

    /// Sends the farewell, if the socket takes it at once.
    func shutdown() {
        ERR_clear_error()
        _ = unsafe SSL_shutdown(connection)
        ERR_clear_error()
    }

    /// OpenSSL's text for the latest error of this thread, which is then forgotten.
    static func takeErrorText() -> String {
        let code = ERR_peek_last_error()
        defer { ERR_clear_error() }
        guard let text = unsafe ERR_reason_error_string(code) else { return "unknown error" }
        return unsafe String(cString: text)
    }

    private var hasProtocol: Bool {
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        unsafe SSL_get0_alpn_selected(connection, &name, &length)
        return length > 0
    }

    private func perform(_ call: () -> Int32) -> Step {
        ERR_clear_error()
        let status = call()
        let code = errno
        if status > 0 { return .done(Int(status)) }
        switch unsafe SSL_get_error(connection, status) {
        case SSL_ERROR_WANT_READ: return .wantsRead
        case SSL_ERROR_WANT_WRITE: return .wantsWrite
        case SSL_ERROR_ZERO_RETURN: return .ended
        case SSL_ERROR_SYSCALL: return .failed(code == 0 ? .truncated : .system(code: code))
        default: return .failed(takeFailure())
        }
    }

    private func takeFailure() -> StreamFailure {
        let code = ERR_peek_last_error()
        if docket_tls_is_truncation(code) == 1 { return .truncated }
        if docket_tls_is_protocol_mismatch(code) == 1 { return .protocolMismatch }
        if docket_tls_is_certificate_error(code) == 1 {
            let result = unsafe SSL_get_verify_result(connection)
            let reason = unsafe String(cString: X509_verify_cert_error_string(result))
            return .untrustedCertificate(reason: reason)
        }
        return .tls(reason: Self.takeErrorText())
    }
}
