package import DocketRuntime
internal import Glibc

/// What one step of a byte stream came to.
package enum StreamProgress: Equatable, Sendable {
    /// So many bytes were read or written, at least one; zero for a handshake that is complete.
    case moved(Int)
    /// Nothing can move before the descriptor is ready for `wants`.
    case wouldBlock
    /// The peer has sent its last byte.
    case ended
    /// The stream is of no use any more.
    case failed(StreamFailure)
}

/// Why a byte stream failed.
package enum StreamFailure: Error, Equatable, Sendable {
    /// A system call failed; `code` is the `errno`, mostly ECONNRESET, EPIPE or ETIMEDOUT.
    case system(code: Int32)
    /// The peer vanished without the farewell of TLS, so its last bytes may be missing.
    case truncated
    /// The peer does not speak this protocol in TLS (ALPN).
    case protocolMismatch
    /// The peer's certificate is not trusted, or is for another name.
    case untrustedCertificate(reason: String)
    /// Anything else that TLS found wrong; `reason` is OpenSSL's text.
    case tls(reason: String)
}

extension StreamFailure: CustomStringConvertible {
    /// One line for people.
    package var description: String {
        switch self {
        case .system(ECONNREFUSED): "connection refused"
        case .system(ETIMEDOUT): "timed out"
        case .system(EHOSTUNREACH), .system(ENETUNREACH): "no route to the host"
        case .system(ECONNRESET), .system(EPIPE): "connection reset"
        case .system(EADDRINUSE): "the address is in use"
        case .system(EADDRNOTAVAIL): "the address is not this machine's"
        case .system(EACCES): "not permitted"
        case .system(let code): "system error \(code)"
        case .truncated: "the peer vanished"
        case .protocolMismatch: "the peer does not speak docket/1 in TLS"
        case .untrustedCertificate(let reason): "the peer's certificate is not trusted: \(reason)"
        case .tls(let reason): "TLS failed: \(reason)"
        }
    }
}

/// A connected, non-blocking byte stream on one event loop: TCP, or TLS on TCP.
///
/// Owns its descriptor. Belongs to its loop's thread.
package protocol ByteStream: AnyObject {
    var descriptor: Int32 { get }

    var peer: PeerAddress { get }

    /// What the stream waits for: always something to read, room to write once a write found none.
    ///
    /// TLS may have to write in order to read and the reverse, so ask again after each step.
    var wants: Readiness { get }

    /// Whether `read` can move more now, though the descriptor may never become readable for it.
    var hasBuffered: Bool { get }

    /// The next step towards a connection that carries bytes; `.moved(0)` when it is complete.
    func handshake() -> StreamProgress

    /// Reads onto the end of `buffer`, at most what it has room for, which must be some.
    func read(into buffer: inout ReceiveBuffer) -> StreamProgress

    /// Writes from the front of `buffer`, which must not be empty.
    func write(from buffer: inout SendBuffer) -> StreamProgress

    /// Tells the peer that no more comes, as far as that can be done at once; reading goes on.
    func finishWriting()

    /// Ends the stream and closes the descriptor, whose watch is closed before.
    func close()
}
