internal import Foundation
internal import Glibc
internal import Synchronization

/// The way to an engine, which can be hurt: a TCP proxy in front of its port.
package final class FaultProxy: Sendable {
    package enum Direction: Sendable {
        case toEngine
        case fromEngine
    }

    /// What becomes of the bytes of all connections.
    package enum Fault: Sendable {
        case none
        /// Connections are reset, and so is each new one.
        case reset
        /// Connections are open and nothing comes through; what was sent comes when this ends.
        case blackHole
        /// As ``blackHole`` in one direction.
        case oneWay(Direction)
        /// Each piece comes so much later.
        case delay(Duration)
        /// At most so many bytes a second, each way of each connection.
        case bandwidth(Int)
        /// Each connection is reset when so many bytes of answers have come by it from now on.
        case cut(after: Int)
        /// Pieces are of so many bytes.
        case slices(Int)
        /// A bit of every so many bytes of the answers is wrong.
        case corruption(every: Int)
    }

    private struct State {
        var fault = Fault.none
        /// Rises with each change of the fault.
        var number = 0
        var open: Set<Int32> = []
    }

    private let listener: LoopbackListener
    private let enginePort: UInt16
    private let state = Mutex(State())
    private let changed = NSCondition()

    /// In front of this port of this machine.
    package init(of enginePort: UInt16) throws {
        listener = try LoopbackListener()
        self.enginePort = enginePort
        listener.takeConnections { [weak self] connection in
            guard let self else {
                Glibc.close(connection)
                return
            }
            serve(connection)
        }
    }

    deinit { reset() }

    package var port: UInt16 { listener.port }

    /// Hurts all connections from now on, those that are open as well.
    package func set(_ fault: Fault) {
        changed.lock()
        state.withLock { state in
            state.fault = fault
            state.number += 1
        }
        changed.broadcast()
        changed.unlock()
        if case .reset = fault { reset() }
    }

    private func reset() {
        state.withLock { state in
            for socket in state.open { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    // MARK: Connections

    private func serve(_ client: Int32) {
        if case .reset = state.withLock({ $0.fault }) { return Self.abort(client) }
        guard let engine = LoopbackSocket.connect(to: enginePort) else { return Self.abort(client) }
        state.withLock { $0.open.formUnion([client, engine]) }
        let ended = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            self.pump(from: engine, to: client, .fromEngine)
            ended.signal()
        }
        pump(from: client, to: engine, .toEngine)
        ended.wait()
        state.withLock { $0.open.subtract([client, engine]) }
        Self.abort(client)
        Self.abort(engine)
    }

    /// Hands bytes on until one end is closed, or the fault cuts it; then both ends are told.
    private func pump(from source: Int32, to target: Int32, _ direction: Direction) {
        defer {
            shutdown(target, Int32(SHUT_RDWR))
            shutdown(source, Int32(SHUT_RDWR))
        }
        var way = Way(direction)
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = unsafe recv(source, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            var rest = buffer[..<count]
            while !rest.isEmpty {
                let (fault, number) = passable(direction)
                guard let piece = way.next(of: &rest, under: fault, number),
                    Self.send(piece, to: target)
                else { return }
            }
        }
    }

    /// The fault, once it lets bytes of this direction through.
    private func passable(_ direction: Direction) -> (Fault, Int) {
        changed.lock()
        defer { changed.unlock() }
        while true {
            let (fault, number) = state.withLock { ($0.fault, $0.number) }
            guard fault.holds(direction) else { return (fault, number) }
            changed.wait()
        }
    }

    private static func send(_ bytes: [UInt8], to socket: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes[sent...].withUnsafeBytes { bytes in
                unsafe Glibc.send(socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Closes it so that the other end sees a reset.
    private static func abort(_ socket: Int32) {
        var linger = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(
            socket,
            SOL_SOCKET,
            SO_LINGER,
            &linger,
            socklen_t(MemoryLayout<Glibc.linger>.size)
        )
        Glibc.close(socket)
    }
}

/// One direction of a connection under its faults.
private struct Way {
    private let direction: FaultProxy.Direction
    /// Under the fault of this number.
    private var passed = 0
    private var number = 0

    init(_ direction: FaultProxy.Direction) { self.direction = direction }

    /// Takes what is sent next off `rest`; nil where the connection is cut.
    mutating func next(
        of rest: inout ArraySlice<UInt8>,
        under fault: FaultProxy.Fault,
        _ number: Int
    ) -> [UInt8]? {
        if number != self.number { (self.number, passed) = (number, 0) }
        var size = rest.count
        switch fault {
        case .none, .blackHole, .oneWay: break
        case .reset: return nil
        case .delay(let duration): Thread.sleep(forTimeInterval: duration / .seconds(1))
        case .bandwidth(let bytes):
            size = min(size, max(1, bytes / 20))
            Thread.sleep(forTimeInterval: Double(size) / Double(bytes))
        case .cut(let limit) where direction == .fromEngine:
            guard passed < limit else { return nil }
            size = min(size, limit - passed)
        case .slices(let bytes): size = min(size, bytes)
        case .cut, .corruption: break
        }
        var piece = Array(rest.prefix(size))
        rest = rest.dropFirst(size)
        if case .corruption(let interval) = fault, direction == .fromEngine {
            for place in piece.indices where (passed + place + 1).isMultiple(of: interval) {
                piece[place] ^= 1
            }
        }
        passed += size
        return piece
    }
}

extension FaultProxy.Fault {
    /// Whether bytes of this direction wait for its end.
    fileprivate func holds(_ direction: FaultProxy.Direction) -> Bool {
        switch self {
        case .blackHole: true
        case .oneWay(let held): held == direction
        default: false
        }
    }
}
