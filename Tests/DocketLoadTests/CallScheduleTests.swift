import DocketRuntime
import DocketSystem
import Testing

@testable import DocketLoad

@Suite("Call schedule", .timeLimit(.minutes(5)))
struct CallScheduleTests {
    private let start = MonotonicTime(nanoseconds: 5_000_000_000)

    private func schedule(
        rate: Double,
        duration: Duration = .seconds(1),
        inFlightMaximum: Int = 10
    ) -> CallSchedule {
        CallSchedule(
            rate: rate,
            duration: duration,
            inFlightMaximum: inFlightMaximum,
            start: start
        )
    }

    @Test("offers each call at its own time and waits in between")
    func steady() {
        var schedule = schedule(rate: 4)
        for number in 0..<4 {
            let time = start + .milliseconds(250 * number)
            #expect(
                schedule.next(at: time - .nanoseconds(1), inFlight: 0) == .wait(until: time)
            )
            #expect(schedule.next(at: time, inFlight: 0) == .start(number, at: time))
        }
        #expect(schedule.next(at: start, inFlight: 0) == .end)
    }

    @Test("offers what fell due during a stall at once, each for the time it was meant for")
    func stall() {
        var schedule = schedule(rate: 10)
        let late = start + .milliseconds(350)
        for number in 0..<4 {
            let time = start + .milliseconds(100 * number)
            #expect(schedule.next(at: late, inFlight: number) == .start(number, at: time))
        }
        let next = start + .milliseconds(400)
        #expect(schedule.next(at: late, inFlight: 4) == .wait(until: next))
    }

    @Test("counts what is due beyond the calls in flight, and never offers it later")
    func notOffered() {
        var schedule = schedule(rate: 10, inFlightMaximum: 2)
        let late = start + .milliseconds(250)
        #expect(schedule.next(at: late, inFlight: 1) == .start(0, at: start))
        let next = start + .milliseconds(300)
        #expect(schedule.next(at: late, inFlight: 2) == .wait(until: next))
        #expect(schedule.notOffered == 2)
        #expect(schedule.next(at: next, inFlight: 1) == .start(3, at: next))
        #expect(schedule.next(at: start + .seconds(2), inFlight: 2) == .end)
        #expect(schedule.notOffered == 8)
    }

    @Test("adds no error of rounding up, however many calls there are")
    func noDrift() {
        var schedule = schedule(rate: 3, duration: .seconds(3000))
        #expect(schedule.callCount == 9000)
        var last = start
        while case .start(_, let time) = schedule.next(at: .distantFuture, inFlight: 0) {
            last = time
        }
        #expect(last == start + .nanoseconds(2_999_666_666_667))
    }

    @Test("has a call even where rate and duration are small")
    func small() {
        #expect(schedule(rate: 0.001, duration: .milliseconds(1)).callCount == 1)
    }
}

@Suite("Call mix", .timeLimit(.minutes(5)))
struct CallMixTests {
    @Test(
        "spreads uploads evenly and numbers each kind without a gap",
        arguments: [(1, 0), (0, 1), (1, 1), (95, 5), (3, 7), (2, 3), (1000, 1)]
    )
    func spread(searches: Int, uploads: Int) throws {
        let mix = try #require(CallMix(searches: searches, uploads: uploads))
        var counts: [CallKind: Int] = [:]
        let length = searches + uploads
        for number in 0..<(3 * length) {
            let place = mix.place(of: number)
            #expect(place.index == counts[place.kind, default: 0])
            counts[place.kind, default: 0] += 1
            let share = Double(number + 1) * Double(uploads) / Double(length)
            #expect(abs(Double(counts[.upload] ?? 0) - share) < 1)
        }
        #expect(counts[.search] ?? 0 == 3 * searches)
        #expect(counts[.upload] ?? 0 == 3 * uploads)
    }

    @Test("reads SEARCHES:UPLOADS and nothing else")
    func parsing() {
        #expect(CallMix(parsing: "95:5") == CallMix(searches: 95, uploads: 5))
        for text in ["", "95", "95:", ":5", "0:0", "-1:5", "1:2:3", "a:b", "9999999:1"] {
            #expect(CallMix(parsing: text) == nil, "\(text)")
        }
    }
}
