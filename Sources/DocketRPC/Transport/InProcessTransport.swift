package import DocketRuntime
internal import Glibc

/// Two connected ends inside the process: a server and a client without a network.
package enum InProcessTransport {
    private static let peer = PeerAddress(host: "in-process", port: 0, isLoopback: true)

    /// A connected pair; each end belongs to the stream that is made on it.
    package static func pair() throws(StreamFailure) -> (ConnectedSocket, ConnectedSocket) {
        let descriptors = try SocketHandle.makePair()
        return (
            ConnectedSocket(takingOwnershipOf: descriptors.0, peer: peer),
            ConnectedSocket(takingOwnershipOf: descriptors.1, peer: peer)
        )
    }

    /// Connects a client to `server` without a network.
    package static func connect(
        to server: RPCServer,
        on loops: EventLoopGroup
    ) throws(StreamFailure) -> ConnectedSocket {
        let (mine, theirs) = try pair()
        let loop = loops.next()
        loop.execute { server.take(theirs, on: loop) }
        return mine
    }
}
