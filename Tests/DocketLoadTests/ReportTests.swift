import DocketClient
import DocketCore
import DocketTelemetry
import Testing

@testable import DocketLoad

@Suite("Reports", .timeLimit(.minutes(5)))
struct ReportTests {
    private func result(
        pace: LoadPace = .open(rate: 500, inFlightMaximum: 10),
        late: Int = 0,
        notOffered: Int = 0,
        isInterrupted: Bool = false
    ) throws -> LoadResult {
        var tally = LoadTally()
        for number in 1...1000 {
            tally.began(late: number <= late ? 1_500_000 : 20_000)
            let nanoseconds = UInt64(number) * 1000
            switch number % 10 {
            case 0: tally.ended(.search, .failed(.deadlineExceeded), after: 5_000_000)
            case 1:
                tally.ended(.upload, .uploaded(accepted: 9, rejected: 1), after: nanoseconds)
            case 2: tally.ended(.search, .answered(.engine), after: nanoseconds)
            default: tally.ended(.search, .answered(.l1), after: nanoseconds)
            }
        }
        return LoadResult(
            pace: pace,
            mix: try #require(CallMix(searches: 9, uploads: 1)),
            tally: tally,
            notOffered: notOffered,
            elapsed: .seconds(2),
            processorTime: .milliseconds(30),
            isInterrupted: isInterrupted
        )
    }

    @Test("says everything of an open loop in text")
    func text() throws {
        let expected = """
            open loop: 500 calls/s offered, all ended after 2.00 s, searches:uploads 9:1; \
            latency from the time a call was meant for
                      calls  failed  done/s     P50     P90     P95     P99   P99.9     max
            search      900     100     400  499 µs  899 µs  949 µs  989 µs  999 µs  999 µs
              failed                         5.0 ms  5.0 ms  5.0 ms  5.0 ms  5.0 ms  5.0 ms
            upload      100       0    50.0  491 µs  891 µs  941 µs  982 µs  991 µs  991 µs
            search failures: deadline exceeded 100
            answered from: l1 87.50 %, engine 12.50 %
            documents: 900 accepted (450/s), 100 rejected
            harness: 0.00 % of calls began more than 1 ms late, P99 20 µs, worst 20 µs; \
            0 not offered; 30.0 µs of processor a call

            """
        let text = LoadText(result: try result()).text
        #expect(text == expected)
    }

    @Test("says that a closed loop is one, and nothing of its lateness")
    func closed() throws {
        let text = LoadText(result: try result(pace: .closed(callers: 64), late: 500)).text
        #expect(text.hasPrefix("closed loop: 64 callers, "))
        #expect(text.contains("not for latency"))
        #expect(!text.contains("late,"))
        #expect(!text.contains("warning"))
        let json = LoadJSON.text(try result(pace: .closed(callers: 64)))
        #expect(json.hasPrefix(#"{"loop":"closed","callers":64,"#))
        #expect(!json.contains("late_share"))
    }

    @Test("gives programs the same numbers")
    func json() throws {
        let json = LoadJSON.text(try result())
        for part in [
            #""loop":"open","offered_per_second":500,"in_flight_maximum":10,"mix":"9:1""#,
            #""search":{"calls":900,"failed":100,"done_per_second":400,"#,
            #""latency_us":{"p50":499.199,"#,
            #""failures":{"deadline exceeded":100},"#,
            #""answered_from":{"l1":700,"l2":0,"engine":100,"none":0}"#,
            #""failed_latency_us":null,"failures":{},"documents_accepted":900"#,
            #""documents_rejected":100"#,
            #""harness":{"not_offered":0,"late_share":0,"lateness_us":{"p50":20"#,
            #""processor_us_per_call":30},"warnings":[]}"#,
        ] {
            #expect(json.contains(part), "\(part)")
        }
    }

    @Test("warns from the point on where the harness spoils its own result")
    func warnings() throws {
        #expect(LoadVerdict.warnings(try result(late: 10)) == [])
        #expect(LoadVerdict.warnings(try result(late: 11)).count == 1)
        #expect(LoadVerdict.warnings(try result(late: 11)).first?.contains("void") == true)
        #expect(LoadVerdict.warnings(try result(notOffered: 1)).count == 1)
        let text = LoadText(result: try result(late: 20, isInterrupted: true)).text
        #expect(text.contains("2.00 % of calls began more than 1 ms late"))
        #expect(text.hasSuffix("warning: the run was interrupted\n"))
    }

    @Test("shows no latency of calls that all failed")
    func failures() throws {
        var tally = LoadTally()
        tally.ended(.search, .failed(.unavailable), after: 2_000_000)
        let result = LoadResult(
            pace: .closed(callers: 1),
            mix: try #require(CallMix(searches: 1, uploads: 0)),
            tally: tally,
            notOffered: 0,
            elapsed: .seconds(1),
            processorTime: .zero,
            isInterrupted: false
        )
        let lines = LoadText(result: result).text.split(separator: "\n")
        #expect(lines[2].split(separator: " ").dropFirst(4) == Array(repeating: "-", count: 6)[...])
        #expect(LoadJSON.text(result).contains(#""latency_us":null"#))
    }

    @Test("says that nothing was measured where no call has ended")
    func empty() throws {
        let result = LoadResult(
            pace: .open(rate: 1, inFlightMaximum: 1),
            mix: try #require(CallMix(searches: 1, uploads: 0)),
            tally: LoadTally(),
            notOffered: 0,
            elapsed: .zero,
            processorTime: .zero,
            isInterrupted: true
        )
        #expect(LoadText(result: result).text.contains("no call has ended"))
        #expect(LoadJSON.text(result).contains(#""processor_us_per_call":0"#))
    }
}
