import DocketCore
import DocketTestKit
import Testing

@Suite("Instants in text", .timeLimit(.minutes(5)))
struct TimestampTests {
    static let table: [(String, Int64)] = [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01", 0),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("2001-09-09T01:46:40Z", 1_000_000_000_000_000),
        ("2000-02-29T12:00:00Z", 951_825_600_000_000),
        ("2026-01-31T10:00:00Z", 1_769_853_600_000_000),
        ("2026-01-31t10:00:00z", 1_769_853_600_000_000),
        ("2026-01-31 10:00:00Z", 1_769_853_600_000_000),
        ("2026-01-31T10:00:00.123456+01:00", 1_769_850_000_123_456),
        ("2026-01-31T10:00:00.1234567899-00:30", 1_769_855_400_123_456),
        ("2026-01-31T10:00:00.5Z", 1_769_853_600_500_000),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
        ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
        ("1900-03-01T00:00:00Z", -2_203_891_200_000_000),
        ("2400-02-29T00:00:00Z", 13_574_563_200_000_000),
    ]

    @Test("are read as microseconds since 1970", arguments: table)
    func parsing(_ text: String, _ microseconds: Int64) {
        #expect(Timestamp.microseconds(parsing: text) == microseconds)
    }

    @Test(
        "are refused when they are none",
        arguments: [
            "", "now", "2026", "2026-01", "2026-1-31", "2026-13-01", "2026-00-10", "2026-01-00",
            "2026-01-32", "2026-02-29", "1900-02-29", "2026-04-31", "0000-01-01", "2026-01-31T",
            "2026-01-31T10:00:00", "2026-01-31T24:00:00Z", "2026-01-31T10:60:00Z",
            "2026-01-31T10:00:60Z", "2026-01-31T10:00:00.Z", "2026-01-31T10:00:00+1:00",
            "2026-01-31T10:00:00+24:00", "2026-01-31T10:00:00Zx", " 2026-01-31", "2026-01-31 ",
            "+2026-01-31", "2026-01-31T10:00Z", "٢٠٢٦-01-31", "2026-01-31\u{0}",
        ]
    )
    func refusing(_ text: String) {
        #expect(Timestamp.microseconds(parsing: text) == nil)
    }

    @Test("are refused when text follows, however long the instant is")
    func trailingText() {
        let digits = String(repeating: "1", count: 43)
        let instant = "2026-01-31T10:00:00.\(digits)Z"
        #expect(Timestamp.microseconds(parsing: instant) != nil)
        #expect(Timestamp.microseconds(parsing: instant + "x") == nil)
    }

    @Test("are written in UTC, with a fraction where there is one")
    func writing() {
        #expect(Timestamp.text(microseconds: 0) == "1970-01-01T00:00:00Z")
        #expect(Timestamp.text(microseconds: -1) == "1969-12-31T23:59:59.999999Z")
        #expect(Timestamp.text(microseconds: 1_000) == "1970-01-01T00:00:00.001000Z")
        #expect(
            Timestamp.text(microseconds: 1_769_853_600_000_000) == "2026-01-31T10:00:00Z"
        )
    }

    @Test("are the same after writing and reading, for each year that can be read")
    func roundTrip() {
        var random = SeededGenerator(seed: 1)
        let years: ClosedRange<Int64> = -62_135_596_800_000_000...253_402_300_799_999_999
        for _ in 0..<20_000 {
            let instant = Int64.random(in: years, using: &random)
            let text = Timestamp.text(microseconds: instant)
            #expect(Timestamp.microseconds(parsing: text) == instant, "\(text)")
        }
    }

    @Test("are written for any number that a document may hold")
    func extremes() {
        #expect(Timestamp.text(microseconds: .max) == "294247-01-10T04:00:54.775807Z")
        #expect(Timestamp.text(microseconds: .min) == "-290308-12-21T19:59:05.224192Z")
        #expect(Timestamp.text(microseconds: -62_135_596_800_000_001).hasPrefix("0000-12-31T"))
    }

    @Test("have days that follow each other through all leap years")
    func calendar() {
        var day: Int64 = -719_162
        for year in 1...2500 {
            let isLeap =
                year.isMultiple(of: 4) && !year.isMultiple(of: 100)
                || year.isMultiple(of: 400)
            let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            for (month, length) in lengths.enumerated() {
                let text = "\(padded(year, 4))-\(padded(month + 1, 2))-01"
                #expect(Timestamp.microseconds(parsing: text) == day * 86_400_000_000)
                day += Int64(length)
            }
        }
    }

    private func padded(_ number: Int, _ width: Int) -> String {
        String(repeating: "0", count: width - String(number).count) + String(number)
    }
}
