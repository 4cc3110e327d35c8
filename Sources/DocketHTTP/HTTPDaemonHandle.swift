internal import CDocketHTTP
internal import Glibc

/// Owns one `MHD_Daemon` and its thread.
@safe struct HTTPDaemonHandle: ~Copyable, Sendable {
    // Because: it is used by `port` at the start and by the end alone, which the owner orders.
    private nonisolated(unsafe) let pointer: OpaquePointer
    private let context: HTTPContext
    /// Connections that were cut and that the library has not closed yet: it takes ten at a time.
    private static let leavingMaximum = 32

    init(
        host: String,
        port: UInt16,
        context: HTTPContext,
        limits: HTTPLimits
    ) throws(HTTPServerError) {
        var error: Int32 = 0
        let daemon = unsafe host.withCString { host in
            let options = unsafe docket_http_options(
                host: host,
                port: port,
                connections: UInt32(clamping: limits.connections + Self.leavingMaximum),
                timeout_seconds: UInt32(clamping: limits.timeoutSeconds),
                memory: limits.headerBytes
            )
            // The context lives as long as this handle, which outlives the daemon's thread.
            let context = unsafe Unmanaged.passUnretained(context).toOpaque()
            return unsafe docket_http_start(
                options,
                answerRequest,
                noteConnection,
                context,
                &error
            )
        }
        guard let daemon = unsafe daemon else {
            throw error == 0 ? .unknownHost : .notListening(code: error)
        }
        unsafe pointer = unsafe daemon
        self.context = context
    }

    /// Ends the thread and closes all connections.
    deinit { unsafe MHD_stop_daemon(pointer) }

    var port: UInt16 { unsafe docket_http_port(pointer) }
}

/// Called by libmicrohttpd on its thread: once with the headers, then again to be answered.
///
/// What is no GET or HEAD is answered at once, and the library closes its connection without
/// reading what comes behind the headers. A GET or HEAD with a body is closed on its first byte.
private func answerRequest(
    _ context: UnsafeMutableRawPointer?,
    _ connection: OpaquePointer?,
    _ url: UnsafePointer<CChar>?,
    _ method: UnsafePointer<CChar>?,
    _ version: UnsafePointer<CChar>?,
    _ upload: UnsafePointer<CChar>?,
    _ uploadCount: UnsafeMutablePointer<Int>?,
    _ request: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let context = unsafe context, let connection = unsafe connection,
        let url = unsafe url, let method = unsafe method, let request = unsafe request,
        let uploadCount = unsafe uploadCount, unsafe uploadCount.pointee == 0
    else { return .NO }
    let name = unsafe String(cString: method)
    if unsafe request.pointee == nil, HTTPRoutes.methods.contains(name) {
        unsafe request.pointee = unsafe context
        return .YES
    }
    let owner = unsafe Unmanaged<HTTPContext>.fromOpaque(context).takeUnretainedValue()
    let reply = unsafe owner.routes.answer(method: name, path: String(cString: url))
    owner.answered(unsafe docket_http_socket(connection))
    return unsafe send(reply, connection)
}

/// Called by libmicrohttpd on its thread when a connection was taken, and before it is closed.
private func noteConnection(
    _ context: UnsafeMutableRawPointer?,
    _ connection: OpaquePointer?,
    _ socketContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ change: MHD_ConnectionNotificationCode
) {
    guard let context = unsafe context, let connection = unsafe connection else { return }
    let owner = unsafe Unmanaged<HTTPContext>.fromOpaque(context).takeUnretainedValue()
    let socket = unsafe docket_http_socket(connection)
    if change == .CONNECTION_NOTIFY_STARTED { owner.opened(socket) } else { owner.closed(socket) }
}

/// Queues the reply; NO, which closes the connection, when there is no memory for it.
private func send(_ reply: HTTPReply, _ connection: OpaquePointer) -> MHD_Result {
    var body = reply.body
    let response = unsafe body.withUnsafeMutableBytes { body in
        unsafe MHD_create_response_from_buffer(
            body.count,
            body.baseAddress,
            .RESPMEM_MUST_COPY
        )
    }
    guard let response = unsafe response else { return .NO }
    defer { unsafe MHD_destroy_response(response) }
    let headers = [
        ("Content-Type", reply.contentType), ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    for (name, value) in headers {
        guard unsafe MHD_add_response_header(response, name, value) == .YES else {
            return .NO
        }
    }
    if reply.status == 405 {
        unsafe MHD_add_response_header(response, "Allow", "GET, HEAD")
    }
    return unsafe MHD_queue_response(connection, UInt32(reply.status), response)
}
