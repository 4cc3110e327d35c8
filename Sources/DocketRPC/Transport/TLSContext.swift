internal import Synchronization

/// Makes TLS streams of one configuration, whose files can change while streams are open.
package final class TLSContext: Sendable {
    private struct Loaded {
        var handle: TLSContextHandle
        var digest: [UInt8]
    }

    private let configuration: TLSConfiguration
    private let loaded: Mutex<Loaded>

    /// Reads all files.
    package init(_ configuration: TLSConfiguration) throws(TLSConfigurationError) {
        self.configuration = configuration
        loaded = Mutex(try Self.load(configuration))
    }

    /// Reads the files again if the content of one has changed; says whether it had.
    ///
    /// Streams made before keep what they had. After an error everything stays as it was.
    @discardableResult
    package func reload() throws(TLSConfigurationError) -> Bool {
        let digest = try TLSContextHandle.digest(of: configuration.files)
        guard loaded.withLock({ $0.digest != digest }) else { return false }
        let fresh = try Self.load(configuration)
        loaded.withLock { $0 = fresh }
        return true
    }

    /// A stream on `socket`, before its handshake.
    ///
    /// For a client, `serverName` is the name or address that the server's certificate must be for.
    package func makeStream(
        on socket: ConnectedSocket,
        serverName: String = ""
    ) throws(StreamFailure) -> TLSStream {
        let handle = loaded.withLock { $0.handle }
        let connection = try handle.makeConnection(
            on: socket.descriptor,
            role: configuration.role,
            serverName: serverName
        )
        return TLSStream(socket, connection)
    }

    /// The digest comes first: a file that changes while it is read counts as changed later.
    private static func load(
        _ configuration: TLSConfiguration
    ) throws(TLSConfigurationError) -> Loaded {
        let digest = try TLSContextHandle.digest(of: configuration.files)
        return Loaded(handle: try TLSContextHandle(configuration), digest: digest)
    }
}
