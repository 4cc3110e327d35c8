/// The line that shows how far an upload is, as it is at one moment.
struct ProgressLine {
    /// Rates are those of the last seconds, since the first ones say little about the rest.
    private static let rateWindow = Duration.seconds(5)
    /// Before this much time a rate is mostly that of the connection's beginning.
    private static let rateMinimum = Duration.seconds(1)
    private static let barWidth = 24

    /// Bytes of all files; nil when that is unknown.
    let totalBytes: Int?
    private var samples: [(at: Duration, documents: Int, bytes: Int)] = [(.zero, 0, 0)]

    init(totalBytes: Int?) { self.totalBytes = totalBytes }

    /// Notes what has been acknowledged `elapsed` after the start.
    mutating func update(documents: Int, bytes: Int, elapsed: Duration) {
        samples.append((elapsed, documents, bytes))
        let oldest = elapsed - Self.rateWindow
        while samples.count > 2, samples[1].at <= oldest { samples.removeFirst() }
    }

    /// `[######....]  42 %  25,200 documents  12,345/s  0:03 left`.
    var text: String {
        guard let first = samples.first, let last = samples.last else { return "" }
        let time = last.at - first.at
        let isMeaningful = time >= Self.rateMinimum
        var count = NumberText.counted(last.documents, "document")
        if isMeaningful, let rate = NumberText.rate(last.documents - first.documents, in: time) {
            count += "  " + rate
        }
        guard let totalBytes, totalBytes > 0 else { return count }
        let share = min(1, Double(last.bytes) / Double(totalBytes))
        let filled = Int(share * Double(Self.barWidth))
        let bar =
            String(repeating: "#", count: filled)
            + String(repeating: ".", count: Self.barWidth - filled)
        let percent = NumberText.fixed(share * 100, digits: 0)
        var left = "-:--"
        if isMeaningful, last.bytes > first.bytes {
            let rest = Double(max(0, totalBytes - last.bytes)) / Double(last.bytes - first.bytes)
            left = NumberText.clock(time * rest)
        }
        return "[\(bar)] \(percent) %  \(count)  \(left) left"
    }
}
