internal import DocketRuntime
internal import DocketSystem
internal import DocketTestKit
internal import Testing

@Suite("Deadline heap", .timeLimit(.minutes(5)))
struct DeadlineHeapTests {
    @Test("gives out deadlines in order of time, equal ones in order of insertion")
    func order() {
        var heap = DeadlineHeap<Int>()
        for (payload, time) in [30, 10, 20, 10, 30, 10].enumerated() {
            _ = heap.insert(at: MonotonicTime(nanoseconds: UInt64(time)), payload)
        }
        var seen: [Int] = []
        while let payload = heap.popDue(at: .distantFuture) { seen.append(payload) }
        #expect(seen == [1, 3, 5, 2, 0, 4])
    }

    @Test("keeps what is not due")
    func notDue() {
        var heap = DeadlineHeap<String>()
        _ = heap.insert(at: MonotonicTime(nanoseconds: 100), "later")
        #expect(heap.popDue(at: MonotonicTime(nanoseconds: 99)) == nil)
        #expect(heap.first == MonotonicTime(nanoseconds: 100))
        #expect(heap.popDue(at: MonotonicTime(nanoseconds: 100)) == "later")
        #expect(heap.isEmpty)
    }

    @Test("refuses a token that has passed, though its slot is in use again")
    func staleToken() {
        var heap = DeadlineHeap<String>()
        let first = heap.insert(at: MonotonicTime(nanoseconds: 1), "first")
        #expect(heap.cancel(first) == "first")
        let second = heap.insert(at: MonotonicTime(nanoseconds: 1), "second")
        #expect(heap.cancel(first) == nil)
        #expect(heap.cancel(second) == "second")
    }

    @Test("lets go of a cancelled payload at once")
    func release() {
        final class Payload {}
        var heap = DeadlineHeap<Payload>()
        weak var released: Payload?
        let token: DeadlineToken
        do {
            let payload = Payload()
            released = payload
            token = heap.insert(at: MonotonicTime(nanoseconds: 1), payload)
        }
        #expect(released != nil)
        heap.cancel(token)
        #expect(released == nil)
    }

    @Test("agrees with a sorted list over random operations", arguments: 1...20)
    func model(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var heap = DeadlineHeap<Int>()
        var model: [(time: UInt64, payload: Int, token: DeadlineToken)] = []
        for payload in 0..<2_000 {
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<5:
                let time = UInt64.random(in: 0..<500, using: &generator)
                let token = heap.insert(at: MonotonicTime(nanoseconds: time), payload)
                let place = model.firstIndex { $0.time > time } ?? model.count
                model.insert((time, payload, token), at: place)
            case 5..<7:
                guard let entry = model.randomElement(using: &generator) else { continue }
                #expect(heap.cancel(entry.token) == entry.payload)
                model.removeAll { $0.token == entry.token }
                #expect(heap.cancel(entry.token) == nil)
            default:
                let now = UInt64.random(in: 0..<500, using: &generator)
                let expected = model.first.flatMap { $0.time <= now ? $0.payload : nil }
                #expect(heap.popDue(at: MonotonicTime(nanoseconds: now)) == expected)
                if expected != nil { model.removeFirst() }
            }
            #expect(heap.count == model.count)
            #expect(heap.first?.nanoseconds == model.first?.time)
        }
    }
}
