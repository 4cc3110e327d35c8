internal import DocketRuntime
internal import DocketSystem
internal import Testing

@Suite("Clocks", .timeLimit(.minutes(5)))
struct ClockTests {
    @Test("never goes back")
    func monotonic() {
        var last = MonotonicTime.now()
        for _ in 0..<10_000 {
            let now = MonotonicTime.now()
            #expect(now >= last)
            last = now
        }
    }

    @Test("saturates instead of overflowing")
    func saturation() {
        #expect(MonotonicTime.distantFuture + .seconds(1) == .distantFuture)
        #expect(MonotonicTime(nanoseconds: 5) - .seconds(1) == MonotonicTime(nanoseconds: 0))
        #expect(Duration.seconds(Int64.max).wholeNanoseconds == .max)
        #expect(Duration.seconds(Int64.min).wholeNanoseconds == .min)
        #expect(MonotonicTime(nanoseconds: 0) + .seconds(Int64.max) > MonotonicTime.now())
    }

    @Test("adds and subtracts durations")
    func arithmetic() {
        let time = MonotonicTime(nanoseconds: 1_000)
        #expect((time + .microseconds(1)).nanoseconds == 2_000)
        #expect((time + .nanoseconds(-400)).nanoseconds == 600)
        #expect(time - MonotonicTime(nanoseconds: 400) == .nanoseconds(600))
        #expect(MonotonicTime(nanoseconds: 400) - time == .nanoseconds(-600))
    }

    @Test("counts the time of day in microseconds")
    func wallClock() {
        // Between 2020 and 2200.
        #expect((1_577_836_800_000_000..<7_258_118_400_000_000).contains(WallClock.microseconds()))
    }
}
