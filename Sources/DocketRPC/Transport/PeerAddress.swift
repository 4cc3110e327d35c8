/// A numeric address and port, of either side of a connection.
package struct PeerAddress: Hashable, Sendable, CustomStringConvertible {
    /// Numeric; IPv4 addresses in IPv6 form are shown as IPv4.
    package let host: String
    package let port: UInt16
    /// Whether the peer is this machine, so that the bytes have left nothing.
    package let isLoopback: Bool

    package init(host: String, port: UInt16, isLoopback: Bool) {
        self.host = host
        self.port = port
        self.isLoopback = isLoopback
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A host, by name or number, and a port: what is listened on or connected to.
package struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// The longest name that DNS has.
    private static let hostLengthMaximum = 253

    package let host: String
    package let port: UInt16

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `HOST:PORT` or `[IPV6]:PORT`; `nil` for anything else.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        let digits = text[text.index(after: colon)...]
        guard !host.isEmpty, host.utf8.count <= Self.hostLengthMaximum,
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let port = UInt16(digits)
        else { return nil }
        self.init(host: String(host), port: port)
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
