import Testing

@testable import DocketCore

@Suite("How a part of a server is", .timeLimit(.minutes(5)))
struct HealthRecordTests {
    @Test("since when rises with the state alone, and the last error stays")
    func states() {
        let record = HealthRecord("redis", address: "cache:6379")
        #expect(record.now == PartHealth(part: "redis", address: "cache:6379"))
        record.set(.away, error: "refused")
        let away = record.now
        #expect(away.state == .away && away.sinceMicroseconds > 0)
        #expect(away.lastError == "refused" && away.lastErrorMicroseconds > 0)
        record.set(.away, error: "still")
        #expect(record.now.sinceMicroseconds == away.sinceMicroseconds)
        #expect(record.now.lastError == "still")
        record.set(.up)
        #expect(record.now.state == .up && record.now.lastError == "still")
        record.note("once")
        #expect(record.now.state == .up && record.now.lastError == "once")
    }

    @Test("an error has a bound and whole characters")
    func bound() {
        let record = HealthRecord("redis")
        record.set(.away, error: String(repeating: "ä", count: 1000))
        #expect(record.now.lastError == String(repeating: "ä", count: 100))
    }

    @Test("is well where nobody has to look")
    func well() {
        let well = HealthState.allCases.filter(\.isWell)
        #expect(well == [.unknown, .up, .off])
    }
}
