internal import CDocketCurl
internal import DocketSystem

/// What all transfers of an engine share.
struct CurlOptions: Sendable {
    /// PEM; nil for the authorities that the system trusts.
    var caFile: String?
    /// Name and value of each, as they are sent.
    var headers: [String]
    var connectTimeout: Duration
}

/// Owns one `CURL` with its headers and what it has received.
@safe final class CurlTransferHandle {
    private let easy: UnsafeMutableRawPointer
    private var headers: UnsafeMutablePointer<curl_slist>?
    private let bytesMaximum: Int
    private var received: [UInt8] = []
    private(set) var isTooLong = false

    /// nil when libcurl takes the request for none, or has no memory.
    init?(_ request: HTTPRequest, url: String, _ options: CurlOptions) {
        guard let easy = unsafe curl_easy_init() else { return nil }
        unsafe self.easy = unsafe easy
        bytesMaximum = request.replyBytesMaximum
        // An empty Expect keeps a long body from waiting for a leave that engines do not give.
        for header in options.headers + ["Content-Type: \(request.contentType)", "Expect:"] {
            guard let longer = unsafe curl_slist_append(headers, header) else { return nil }
            unsafe headers = unsafe longer
        }
        guard prepare(request, url, options) else { return nil }
    }

    deinit {
        unsafe curl_easy_cleanup(easy)
        unsafe curl_slist_free_all(headers)
    }

    private func prepare(_ request: HTTPRequest, _ url: String, _ options: CurlOptions) -> Bool {
        var raw = unsafe docket_curl_request()
        unsafe raw.headers = unsafe headers
        unsafe raw.connect_milliseconds = Int(
            options.connectTimeout.wholeNanoseconds / 1_000_000
        )
        unsafe raw.receive = unsafe receiveBytes
        // The multi handle of this transfer keeps it as long as libcurl may call back.
        unsafe raw.context = unsafe Unmanaged.passUnretained(self).toOpaque()
        let code = unsafe request.method.rawValue.withCString { method in
            unsafe url.withCString { url in
                unsafe request.body.withUnsafeBytes { body in
                    unsafe raw.method = unsafe method
                    unsafe raw.url = unsafe url
                    unsafe raw.body = unsafe body.isEmpty ? nil : body.baseAddress
                    unsafe raw.body_count = body.count
                    guard let caFile = options.caFile else {
                        return unsafe docket_curl_prepare(easy, &raw)
                    }
                    return unsafe caFile.withCString { caFile in
                        unsafe raw.ca_file = unsafe caFile
                        return unsafe docket_curl_prepare(easy, &raw)
                    }
                }
            }
        }
        return code == CURLE_OK
    }

    /// Bytes of the reply so far.
    var receivedCount: Int { received.count }

    /// Takes what was received, with the status that came before it.
    func takeReply() -> HTTPReply {
        let reply = unsafe HTTPReply(status: docket_curl_status(easy), body: received)
        received = []
        return reply
    }

    fileprivate func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard received.count + bytes.count <= bytesMaximum else {
            isTooLong = true
            return false
        }
        unsafe received.append(contentsOf: bytes)
        return true
    }

    fileprivate var rawEasy: UnsafeMutableRawPointer { unsafe easy }
}

/// Called by libcurl with a piece of a reply; another count than that of the bytes ends the
/// transfer.
private func receiveBytes(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context = unsafe context else { return 0 }
    let transfer = unsafe Unmanaged<CurlTransferHandle>.fromOpaque(context).takeUnretainedValue()
    let piece = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return unsafe transfer.receive(piece) ? size * count : 0
}

/// Owns one `CURLM`: transfers that go on at the same time, over connections that are kept.
///
/// One thread uses it, but for ``wake()``.
// Because: curl_multi_wakeup is made for other threads, and the owner calls all else on its one.
@safe final class CurlMultiHandle: @unchecked Sendable {
    private let multi: UnsafeMutableRawPointer
    /// libcurl is set up once in a process, and never torn down.
    private static let isLibraryReady =
        curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

    /// nil when there is no memory.
    ///
    /// - Parameters:
    ///   - connections: Transfers beyond these wait for one.
    ///   - kept: Connections that are kept for the next transfer.
    init?(connections: Int, kept: Int) {
        guard Self.isLibraryReady, let multi = unsafe curl_multi_init() else { return nil }
        unsafe self.multi = unsafe multi
        guard unsafe docket_curl_limit(multi, connections, kept) == CURLM_OK else { return nil }
    }

    deinit { unsafe curl_multi_cleanup(multi) }

    /// False when libcurl cannot take the transfer.
    func add(_ transfer: CurlTransferHandle) -> Bool {
        unsafe curl_multi_add_handle(multi, transfer.rawEasy) == CURLM_OK
    }

    /// Ends the transfer if it goes on; it must be one that was added.
    func remove(_ transfer: CurlTransferHandle) {
        // Possible return codes: CURLM_BAD_HANDLE and CURLM_BAD_EASY_HANDLE, neither for ours.
        unsafe curl_multi_remove_handle(multi, transfer.rawEasy)
    }

    /// Sends and receives what can be at once.
    func perform() {
        var running: Int32 = 0
        // Failures of transfers come by ``nextEnded()``; CURLM_OUT_OF_MEMORY shows there as well.
        unsafe curl_multi_perform(multi, &running)
    }

    /// A transfer that has ended, with libcurl's code; nil when there is none.
    func nextEnded() -> (transfer: CurlTransferHandle, code: Int32)? {
        var result = CURLE_OK
        guard let easy = unsafe docket_curl_ended(multi, &result),
            let context = unsafe docket_curl_context(easy)
        else { return nil }
        let transfer = unsafe Unmanaged<CurlTransferHandle>.fromOpaque(context)
            .takeUnretainedValue()
        return (transfer, Int32(result.rawValue))
    }

    /// Waits until something can be sent or received, somebody wakes it, or the time has passed.
    func wait(milliseconds: Int32) { unsafe curl_multi_poll(multi, nil, 0, milliseconds, nil) }

    /// Ends the wait, or the next one; from any thread.
    func wake() { unsafe curl_multi_wakeup(multi) }
}
