internal import DocketSystem
internal import Testing

@Suite("Calendar time", .timeLimit(.minutes(1)))
struct CalendarTimeTests {
    @Test(
        "is the date and the time in UTC, and back",
        arguments: [
            (0, "1970-01-01T00:00:00.000000"),
            (-1, "1969-12-31T23:59:59.999999"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000"),
            (1_709_251_199_999_999, "2024-02-29T23:59:59.999999"),
            (1_709_251_200_000_000, "2024-03-01T00:00:00.000000"),
            (4_107_542_400_000_001, "2100-03-01T00:00:00.000001"),
            (253_402_300_799_000_000, "9999-12-31T23:59:59.000000"),
        ]
    )
    func utc(microseconds: Int64, text: String) {
        let time = CalendarTime(microseconds: microseconds)
        #expect("\(time.text).\(time.fraction)" == text)
        #expect(time.microseconds == microseconds)
        #expect(time.isValid)
    }

    @Test(
        "is not valid where there is no such date or time",
        arguments: [
            (2026, 2, 29), (1900, 2, 29), (2026, 4, 31), (2026, 0, 1), (2026, 13, 1), (2026, 1, 0),
            (2026, 1, 32), (2026, 99, 99),
        ]
    )
    func noDate(year: Int, month: Int, day: Int) {
        #expect(!CalendarTime(year: year, month: month, day: day).isValid)
    }

    @Test("counts no leap seconds and no hour 24")
    func clock() {
        var time = CalendarTime(year: 2016, month: 12, day: 31)
        (time.hour, time.minute, time.second) = (23, 59, 59)
        #expect(time.isValid)
        time.second = 60
        #expect(!time.isValid)
        time = CalendarTime(year: 2016, month: 12, day: 31)
        time.hour = 24
        #expect(!time.isValid)
    }
}
