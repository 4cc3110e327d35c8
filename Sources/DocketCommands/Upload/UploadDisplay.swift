/// What a person sees of an upload while it runs: a line that changes, and lines that stay.
struct UploadDisplay {
    private static let interval = Duration.milliseconds(100)
    private static let clearLine = "\r\u{1B}[K"

    private let console: Console
    private let isShown: Bool
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var lastDrawn: ContinuousClock.Instant?
    private var progress: ProgressLine
    private var bytes = 0
    private var isLineDrawn = false

    /// A display that draws its line only where a person sees it.
    init(_ console: Console, totalBytes: Int?) {
        self.console = console
        isShown = console.isErrorTerminal
        start = clock.now
        progress = ProgressLine(totalBytes: totalBytes)
    }

    var elapsed: Duration { start.duration(to: clock.now) }

    /// So much of the input is acknowledged.
    mutating func received(bytes added: Int) { bytes += added }

    /// Draws the line anew, but not too often, unless it stays so until more input comes.
    mutating func update(documents: Int, settled: Int, isResting: Bool) {
        progress.update(documents: documents, bytes: bytes, elapsed: elapsed)
        guard isShown else { return }
        if !isResting, let lastDrawn, lastDrawn.duration(to: clock.now) < Self.interval { return }
        lastDrawn = clock.now
        isLineDrawn = true
        var text = progress.text
        if settled > 0 { text += "  \(NumberText.grouped(settled)) settled" }
        console.writeError(Self.clearLine + PlainText.shortened(text, to: console.width - 1))
    }

    /// Writes a line that stays.
    mutating func show(_ line: String) {
        clear()
        console.writeErrorLine(line)
    }

    /// Takes the changing line away.
    mutating func clear() {
        if isLineDrawn { console.writeError(Self.clearLine) }
        isLineDrawn = false
    }
}
