internal import Glibc

/// The system's form of an IPv4 or IPv6 address with a port.
@safe struct SocketAddress: Sendable {
    private var storage = sockaddr_storage()
    private var length: socklen_t = 0

    var family: Int32 { Int32(storage.ss_family) }

    /// Copies an address of `length` bytes; `nil` for a family that is not of the internet.
    init?(copying address: UnsafePointer<sockaddr>, length: socklen_t) {
        guard Int(length) <= MemoryLayout<sockaddr_storage>.size else { return nil }
        self.length = length
        unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            unsafe bytes.copyMemory(
                from: UnsafeRawBufferPointer(start: address, count: Int(length))
            )
        }
        guard family == AF_INET || family == AF_INET6 else { return nil }
    }

    /// The address that `call` (such as `getsockname`) fills in; `nil` when it returns an error.
    init?(filledBy call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32)
    {
        length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = unsafe withUnsafeMutablePointer(to: &storage) { storage in
            unsafe storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe call(address, &length)
            }
        }
        guard status >= 0 else { return nil }
    }

    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        unsafe withUnsafePointer(to: storage) { storage in
            unsafe storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe body(address, length)
            }
        }
    }

    /// The address that `endpoint` gives by number, if it does; never waits.
    static func numeric(_ endpoint: Endpoint) -> Self? {
        let addresses = try? resolve(endpoint, flags: AI_NUMERICSERV | AI_NUMERICHOST)
        return addresses?.first
    }

    /// All addresses of `endpoint`, best first; may wait for name servers for many seconds.
    static func resolve(_ endpoint: Endpoint) throws(ResolutionError) -> [Self] {
        try resolve(endpoint, flags: AI_NUMERICSERV | AI_ADDRCONFIG)
    }

    private static func resolve(
        _ endpoint: Endpoint,
        flags: Int32
    ) throws(ResolutionError) -> [Self] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_family = AF_UNSPEC
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = flags
        var list: UnsafeMutablePointer<addrinfo>?
        let status = unsafe getaddrinfo(endpoint.host, String(endpoint.port), &hints, &list)
        guard status == 0 else {
            let reason = unsafe String(cString: gai_strerror(status))
            throw ResolutionError(endpoint: endpoint, reason: reason)
        }
        defer { unsafe freeaddrinfo(list) }
        var addresses: [Self] = []
        var next = unsafe list
        while let entry = unsafe next {
            if let address = unsafe entry.pointee.ai_addr,
                let copy = unsafe Self(copying: address, length: entry.pointee.ai_addrlen)
            {
                addresses.append(copy)
            }
            unsafe next = unsafe entry.pointee.ai_next
        }
        return addresses
    }

    var peer: PeerAddress {
        switch family {
        case AF_INET:
            return unsafe withUnsafeBytes(of: storage) { bytes in
                let address = unsafe bytes.load(as: sockaddr_in.self)
                return PeerAddress(
                    ipv4: UInt32(bigEndian: address.sin_addr.s_addr),
                    port: UInt16(bigEndian: address.sin_port)
                )
            }
        case AF_INET6:
            return unsafe withUnsafeBytes(of: storage) { bytes in
                let address = unsafe bytes.load(as: sockaddr_in6.self)
                return PeerAddress(
                    ipv6: address.sin6_addr,
                    port: UInt16(bigEndian: address.sin6_port)
                )
            }
        default:
            return PeerAddress(host: "local", port: 0, isLoopback: true)
        }
    }
}

/// A name that has no address, or a name server that did not answer.
package struct ResolutionError: Error, Sendable, CustomStringConvertible {
    package let endpoint: Endpoint
    package let reason: String

    package var description: String { "cannot resolve \(endpoint): \(reason)" }
}

extension PeerAddress {
    fileprivate init(ipv4 address: UInt32, port: UInt16) {
        let parts = [24, 16, 8, 0].map { String((address >> UInt32($0)) & 0xff) }
        self.init(
            host: parts.joined(separator: "."),
            port: port,
            isLoopback: address >> 24 == 127
        )
    }

    fileprivate init(ipv6 address: in6_addr, port: UInt16) {
        let bytes = unsafe withUnsafeBytes(of: address) { unsafe [UInt8]($0) }
        if bytes.prefix(10).allSatisfy({ $0 == 0 }), bytes[10] == 0xff, bytes[11] == 0xff {
            self.init(ipv4: bytes.suffix(4).reduce(0) { $0 << 8 | UInt32($1) }, port: port)
            return
        }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        var address = address
        unsafe inet_ntop(AF_INET6, &address, &text, socklen_t(text.count))
        let isLoopback = bytes.prefix(15).allSatisfy { $0 == 0 } && bytes[15] == 1
        let characters = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        self.init(
            host: String(decoding: characters, as: UTF8.self),
            port: port,
            isLoopback: isLoopback
        )
    }
}
