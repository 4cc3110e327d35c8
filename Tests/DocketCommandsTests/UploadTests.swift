internal import DocketCore
internal import Testing

@testable internal import DocketCommands

@Suite("What becomes of an upload's lines", .timeLimit(.minutes(5)))
struct UploadTests {
    // MARK: Batches

    @Test("notes the line and the id of every document")
    func batch() {
        var batch = UploadBatch()
        batch.add(Document(id: "a"), line: 4, inputBytes: 10)
        batch.add(Document(id: "b"), line: 6, inputBytes: 11)
        #expect(batch.lines == [4, 6])
        #expect(batch.inputBytes == 21)
        #expect(batch.holds("a") && !batch.holds("c"))
        let rejection = Rejection(item: 0, id: "a", error: DocketError(.invalidArgument, "bad"))
        #expect(batch.acceptedIDs(UploadReply(accepted: 1, rejected: [rejection])) == ["b"])
    }

    @Test("holds 1,000 documents and no more")
    func batchCount() {
        var batch = UploadBatch()
        for number in 1...1000 {
            let document = Document(id: "\(number)")
            #expect(batch.fits(document))
            batch.add(document, line: number, inputBytes: 1)
        }
        #expect(!batch.fits(Document(id: "1001")))
    }

    @Test("holds less than a call's 8 MiB, but always one document")
    func batchWeight() {
        let large = Document(id: "1", body: String(repeating: "x", count: 5 << 20))
        let huge = Document(id: "2", body: String(repeating: "x", count: 9 << 20))
        var batch = UploadBatch()
        #expect(batch.fits(huge))
        batch.add(large, line: 1, inputBytes: 0)
        #expect(!batch.fits(large))
        let small = Document(id: "3", body: String(repeating: "x", count: 2 << 20))
        #expect(batch.fits(small))
        batch.add(small, line: 2, inputBytes: 0)
        #expect(!batch.fits(small))
    }

    // MARK: Totals

    @Test("writes totals as programs rely on them, rejected lines in order")
    func json() {
        var totals = UploadTotals()
        totals.accepted = 5
        totals.indexed = 4
        totals.failed = 1
        totals.add(RejectedLine(line: 9, id: "", field: "", reason: "is not JSON"))
        totals.add(RejectedLine(line: 2, id: "a\"b", field: "title", reason: "is not a string"))
        let expected = """
            {"accepted":5,"indexed":4,"failed":1,"rejected":[\
            {"line":2,"id":"a\\"b","field":"title","reason":"is not a string"},\
            {"line":9,"id":"","field":"","reason":"is not JSON"}]}
            """
        #expect(totals.json == expected)
        #expect(totals.status == .someRejected)
    }

    @Test("ends well only when nothing was rejected and nothing failed")
    func status() {
        var totals = UploadTotals()
        totals.accepted = 1
        #expect(totals.status == .allWell)
        totals.failed = 1
        #expect(totals.status == .someRejected)
    }

    @Test("lists 10,000 rejected lines and counts all")
    func bound() {
        var totals = UploadTotals()
        for line in 1...10_001 {
            totals.add(RejectedLine(line: line, id: "", field: "", reason: "no"))
        }
        #expect(totals.rejected.count == 10_000)
        #expect(totals.rejectedCount == 10_001)
    }

    @Test("says in one line what became of the documents, and only what there is to say")
    func text() {
        var totals = UploadTotals()
        totals.accepted = 60_000
        totals.indexed = 59_999
        #expect(
            totals.text(elapsed: .seconds(12), hasWaited: false)
                == "60,000 accepted in 12.00 s, 5,000/s\n"
        )
        totals.failed = 1
        totals.add(RejectedLine(line: 1, id: "", field: "", reason: "no"))
        #expect(
            totals.text(elapsed: .seconds(12), hasWaited: true)
                == "60,000 accepted, 59,999 indexed, 1 failed, 1 rejected in 12.00 s, 5,000/s\n"
        )
    }

    @Test("shows no rate where it would be 0/s")
    func noRate() {
        var totals = UploadTotals()
        #expect(totals.text(elapsed: .seconds(2), hasWaited: false) == "0 accepted in 2.00 s\n")
        totals.accepted = 3
        #expect(totals.text(elapsed: .seconds(9), hasWaited: false) == "3 accepted in 9.00 s\n")
    }

    @Test("shows a rejected line without what could steer a terminal")
    func rejectedLine() {
        let line = RejectedLine(line: 17, id: "x\u{1B}[2J", field: "title", reason: "is\nbad")
        #expect(line.text == "line 17: id \"x\u{FFFD}[2J\": title: is bad")
        let bare = RejectedLine(line: 3, id: "", field: "", reason: "is not JSON")
        #expect(bare.text == "line 3: is not JSON")
    }
}
