internal import Testing

@testable internal import DocketRPC

@Suite("Incoming messages", .timeLimit(.minutes(5)))
struct IncomingMessagesTests {
    @Test("gives a long message all its room at once, a short one only what it needs")
    func room() {
        let maximum = 8 << 20
        let frame = [UInt8](repeating: 1, count: 128 << 10)
        for (frames, isLong) in [(2, false), (4, true)] {
            var incoming = IncomingMessages()
            for _ in 0..<frames { incoming.collect(1, upTo: maximum) { $0 += frame } }
            incoming.complete()
            let bytes = incoming.next()?.bytes ?? []
            #expect(bytes.count == frames * frame.count)
            #expect((bytes.capacity >= maximum) == isLong)
        }
    }
}
