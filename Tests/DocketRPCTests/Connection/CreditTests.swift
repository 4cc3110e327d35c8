internal import DocketRPC
internal import DocketWire
internal import Testing

/// A client that reads what a server's machine may send, and gives credit back in some way.
private struct CreditGame: ~Copyable {
    var machine: ConnectionStateMachine
    let window: Int
    /// Credit goes back when so much is owed.
    let threshold: Int
    private var owed = 0
    private(set) var frames = 0
    private(set) var waits = 0

    init(window: Int, threshold: Int) {
        self.window = window
        self.threshold = threshold
        machine = ConnectionStateMachine(
            role: .server,
            local: ReceiveLimits(),
            limits: ConnectionLimits()
        )
        var peer = ReceiveLimits()
        peer.initialConnectionCredit = UInt32(window)
        peer.initialStreamCredit = UInt32(ControlFrame.creditMaximum)
        machine.greeted(peer)
    }

    /// Sends a message of `size` bytes on a new call; false when it would wait for ever.
    mutating func send(_ size: Int, on stream: UInt32) throws -> Bool {
        _ = machine.take(PeerFrame.call(stream))
        var left = size
        while true {
            var next = machine.nextFrame(of: left, on: stream, ending: 60)
            if next == nil {
                waits += 1
                next = machine.nextFrame(of: left, on: stream, ending: 60, least: 1)
            }
            guard let next else { return false }
            frames += 1
            switch next {
            case .part(let count):
                guard count > 0 else { return false }
                left -= count
                try pay(count + FrameHeader.size, on: stream)
            case .last(let count, let hasRoomForEnd):
                guard count == left else { return false }
                try pay(count + FrameHeader.size + (hasRoomForEnd ? 60 : 0), on: stream)
                machine.ended(stream, with: ReplyMeta())
                machine.forget(stream)
                return true
            }
        }
    }

    private mutating func pay(_ cost: Int, on stream: UInt32) throws {
        machine.sent(cost, on: stream)
        owed += cost
        guard owed >= threshold else { return }
        try machine.granted(owed, on: 0)
        owed = 0
    }
}

@Suite("Credit", .timeLimit(.minutes(5)))
struct CreditTests {
    private static let windows = [139_280, 139_281, 150_011, 200_000, 262_144, 262_181, 399_989]

    @Test("no message waits for ever, whenever credit comes back", arguments: windows)
    func liveness(_ window: Int) throws {
        // The last leaves the sender 17 bytes: a header and one more.
        let thresholds = [1, window / 2, window * 9 / 10, window - 1_040, window - 17]
        for threshold in thresholds {
            var game = CreditGame(window: window, threshold: threshold)
            var cost = 0
            for number in UInt32(0)..<200 {
                let size = (Int(number) * 7_919 + 13) % (1 << (number % 21))
                cost += size
                let isSent = try game.send(size, on: 2 * number + 1)
                #expect(isSent, "threshold \(threshold), message \(number) of \(size) bytes")
            }
            // Waiting is rare, and frames carry much: one for each message, and some for each time
            // that the window is used up.
            #expect(game.waits < 200, "threshold \(threshold)")
            #expect(game.frames < 400 + 4 * cost / window, "threshold \(threshold)")
        }
    }

    @Test("a window that is used to its end leaves nothing that is too little for a frame")
    func noRemainder() throws {
        for window in 139_280..<139_400 {
            var game = CreditGame(window: window, threshold: window)
            let isSent = try game.send(3_000_000, on: 1)
            #expect(isSent, "window \(window)")
            #expect(game.waits == 0)
        }
    }

    @Test("what waits for its reader leaves the peer a reserve, which is paid back first")
    func reserve() {
        var window = CreditWindow(size: 1_000_000, reserve: 200_000)
        let taken = window.receive(700_000)
        let early = window.keepReserve()
        let more = window.receive(250_000)
        let grant = window.keepReserve()
        #expect(taken && early == 0 && more)
        #expect(window.left >= 200_000 && grant >= 150_000)
        // Of the bytes that are given up, those of the grant were given back already.
        let repaid = window.release(grant)
        let rest = window.release(950_000 - grant)
        #expect(repaid == 0 && rest == 950_000 - grant)
        #expect(window.left == 1_000_000)
    }
}
