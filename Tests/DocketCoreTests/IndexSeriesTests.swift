import Testing

@testable import DocketCore

@Suite("A series of indices", .timeLimit(.minutes(1)))
struct IndexSeriesTests {
    @Test("is read as it is written, whatever its prefix")
    func text() {
        for prefix in ["docket", "a-b", "x-1.2"] {
            let series = IndexSeries(prefix: prefix, layout: 4, tokenizer: 13)
            #expect(series.text == "\(prefix)-4.13")
            #expect(IndexSeries(series.text) == series)
            #expect(series.has(IndexPlace(name: "\(prefix)-4.13-pool-000001")))
            #expect(!series.has(IndexPlace(name: "\(prefix)-4.1-pool-000001")))
        }
    }

    @Test("is nothing else", arguments: ["", "docket", "docket-4", "4.3", "docket-4.03", "d-4.3-"])
    func others(_ text: String) {
        #expect(IndexSeries(text) == nil)
    }

    @Test("succeeds earlier ones of its prefix alone")
    func order() {
        func series(_ layout: Int, _ tokenizer: Int, _ prefix: String = "docket") -> IndexSeries {
            IndexSeries(prefix: prefix, layout: layout, tokenizer: tokenizer)
        }
        #expect(series(4, 3).succeeds(series(3, 3)))
        #expect(series(4, 3).succeeds(series(4, 2)))
        #expect(!series(4, 3).succeeds(series(4, 3)))
        #expect(!series(4, 3).succeeds(series(5, 2)))
        #expect(!series(4, 3).succeeds(series(3, 4)))
        #expect(!series(4, 3).succeeds(series(3, 3, "other")))
    }
}
