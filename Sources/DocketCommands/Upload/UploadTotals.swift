internal import DocketJSON

/// What became of the documents of an upload.
struct UploadTotals: Sendable {
    /// Rejected lines that are listed in the end; all are counted, and shown as they come.
    static let listedMaximum = 10_000

    var accepted = 0
    /// Known only to who waits for it.
    var indexed = 0
    var failed = 0
    private(set) var rejectedCount = 0
    private(set) var rejected: [RejectedLine] = []

    mutating func add(_ line: RejectedLine) {
        rejectedCount += 1
        if rejected.count < Self.listedMaximum { rejected.append(line) }
    }

    var status: ExitStatus { rejectedCount == 0 && failed == 0 ? .allWell : .someRejected }

    var json: String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("accepted", accepted)
            writer.member("indexed", indexed)
            writer.member("failed", failed)
            writer.member("rejected") { writer in
                writer.array { writer in
                    for line in rejected.sorted(by: { $0.line < $1.line }) {
                        writer.object { writer in
                            writer.member("line", line.line)
                            writer.member("id", line.id)
                            writer.member("field", line.field)
                            writer.member("reason", line.reason)
                        }
                    }
                }
            }
        }
        return writer.text
    }

    /// `60,000 accepted, 2 rejected in 12.30 s, 4,878/s`.
    func text(elapsed: Duration, hasWaited: Bool) -> String {
        var parts = ["\(NumberText.grouped(accepted)) accepted"]
        if hasWaited { parts.append("\(NumberText.grouped(indexed)) indexed") }
        if failed > 0 { parts.append("\(NumberText.grouped(failed)) failed") }
        if rejectedCount > 0 { parts.append("\(NumberText.grouped(rejectedCount)) rejected") }
        let rate = NumberText.rate(accepted, in: elapsed).map { ", " + $0 } ?? ""
        return parts.joined(separator: ", ") + " in \(NumberText.duration(elapsed))\(rate)\n"
    }
}

extension RejectedLine {
    /// `line 17: id "x": attributes.year: is a number, not a string`.
    var text: String {
        var text = "line \(line): "
        if !id.isEmpty { text += "id \"\(PlainText.shortened(PlainText.line(id), to: 64))\": " }
        if !field.isEmpty { text += "\(PlainText.line(field)): " }
        return text + PlainText.line(reason)
    }
}
