internal import DocketCore
internal import DocketJSON
internal import DocketRuntime
internal import DocketSystem

/// Uploads lines: reads, batches, sends several batches at once, notes what became of each line.
///
/// A batch goes out when it is full, or when its first document has waited and no more input has
/// come: a slow pipe holds nothing back; ``UploadQueue`` says which may go side by side. Memory is
/// bounded by the batches of the queue and, where indexing is waited for, by the ids of the batches
/// that wait for it.
struct Uploader {
    /// Batches that wait to be indexed before reading pauses.
    private static let settlingMaximum = 256
    /// How long a document waits for others to come into its batch.
    private static let patience = Duration.milliseconds(250)

    /// What one of the tasks of an upload has come to.
    private enum Event: Sendable {
        /// Input, empty at its end; nil when none came while the batch could wait.
        case read([UInt8]?)
        case answered(UploadQueue.Sent, UploadReply)
        case settled(SettledBatch)
    }

    private typealias Group = ThrowingTaskGroup<Event, any Error>

    private let target: UploadTarget
    private let waits: Bool
    private let input: InputFiles
    private let fromLine: Int
    private var splitter = LineSplitter(byteMaximum: DocumentReader.lineBytesMaximum)
    private var lines: ArraySlice<LineSplitter.Line> = []
    private var isReading = false
    private var isAtEnd = false
    private var queue: UploadQueue
    /// When the batches that are being filled go out, full or not; nil while there are none.
    private var due: MonotonicTime?
    private var settling: [[String]] = []
    private var isSettling = false

    private(set) var totals = UploadTotals()
    private(set) var display: UploadDisplay

    init(
        _ target: UploadTarget,
        input: InputFiles,
        fromLine: Int,
        waits: Bool,
        display: UploadDisplay
    ) {
        self.target = target
        self.input = input
        self.fromLine = fromLine
        self.waits = waits
        self.display = display
        queue = UploadQueue(fromLine: fromLine)
    }

    /// Everything, until the end of the input or the first error that is not a document's.
    mutating func run() async throws {
        try await withThrowingTaskGroup(of: Event.self) { group in
            var reader = DocumentReader()
            advance(&reader, &group)
            while let event = try await group.next() {
                handle(event, &group)
                advance(&reader, &group)
            }
        }
        clearDisplay()
    }

    /// All lines up to this one are done; nil when none that was to be uploaded is.
    var acknowledgedLine: Int? {
        queue.acknowledgedLine < fromLine ? nil : queue.acknowledgedLine
    }

    /// Takes the line that shows progress away.
    mutating func clearDisplay() { display.clear() }
}

// MARK: Reading

extension Uploader {
    /// Goes on until something has to be waited for.
    private mutating func advance(_ reader: inout DocumentReader, _ group: inout Group) {
        while queue.canTakeMore, settling.count < Self.settlingMaximum {
            if let line = lines.popFirst() {
                take(line, &reader, &group)
            } else if isAtEnd {
                return flush(&group)
            } else {
                return read(&group)
            }
        }
    }

    private mutating func read(_ group: inout Group) {
        guard !isReading else { return }
        isReading = true
        group.addTask { [input, due] in .read(try await input.next(until: due)) }
    }

    /// Takes input, or sends what there is where none came.
    private mutating func take(_ chunk: [UInt8]?, _ group: inout Group) {
        isReading = false
        guard let chunk else { return flush(&group) }
        isAtEnd = chunk.isEmpty
        lines = (isAtEnd ? splitter.finish().map { [$0] } ?? [] : splitter.append(chunk[...]))[...]
    }

    private mutating func take(
        _ line: LineSplitter.Line,
        _ reader: inout DocumentReader,
        _ group: inout Group
    ) {
        let bytes = (line.bytes?.count ?? DocumentReader.lineBytesMaximum) + 1
        guard line.number >= fromLine else { return display.received(bytes: bytes) }
        guard let document = document(of: line, &reader) else {
            queue.skip(line: line.number)
            return display.received(bytes: bytes)
        }
        let full = queue.add(document, line: line.number, inputBytes: bytes)
        if due == nil || !full.isEmpty { due = .now() + Self.patience }
        send(full, &group)
    }

    /// The document of a line; nil where it holds none, or none that can be taken.
    private mutating func document(
        of line: LineSplitter.Line,
        _ reader: inout DocumentReader
    ) -> Document? {
        guard let bytes = line.bytes else {
            let limit = NumberText.bytes(DocumentReader.lineBytesMaximum)
            reject(line.number, id: "", field: "", reason: "is longer than \(limit)")
            return nil
        }
        let isBlank = bytes.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        guard !isBlank else { return nil }
        switch reader.read(bytes) {
        case .document(let document):
            guard UploadBatch.canHold(document) else {
                let limit = NumberText.bytes(UploadBatch.weightMaximum)
                reject(line.number, id: document.id, field: "", reason: "is larger than \(limit)")
                return nil
            }
            return document
        case .rejected(let id, let field, let reason):
            reject(line.number, id: id, field: field, reason: reason)
            return nil
        }
    }

    private mutating func reject(_ line: Int, id: String, field: String, reason: String) {
        let rejected = RejectedLine(line: line, id: id, field: field, reason: reason)
        totals.add(rejected)
        display.show(rejected.text)
    }
}

// MARK: Sending

extension Uploader {
    /// Sends what there is, full or not.
    private mutating func flush(_ group: inout Group) {
        due = nil
        send(queue.flush(), &group)
    }

    private mutating func send(_ batches: [UploadQueue.Sent], _ group: inout Group) {
        for sent in batches {
            group.addTask { [target] in
                .answered(sent, try await target.upload(sent.batch.documents))
            }
        }
    }

    private mutating func handle(_ event: Event, _ group: inout Group) {
        switch event {
        case .read(let chunk):
            return take(chunk, &group)
        case .answered(let sent, let reply):
            send(queue.ended(sent.number), &group)
            take(reply, of: sent.batch)
            if waits { settling.append(sent.batch.acceptedIDs(reply)) }
        case .settled(let settled):
            isSettling = false
            totals.indexed += settled.indexed
            totals.failed += settled.failures.count
            for failure in settled.failures { display.show(failure) }
        }
        settleNext(&group)
        display.update(
            documents: totals.accepted,
            settled: totals.indexed + totals.failed,
            isResting: queue.underWay == 0 && !isSettling
        )
    }

    private mutating func take(_ reply: UploadReply, of batch: UploadBatch) {
        totals.accepted += reply.accepted
        display.received(bytes: batch.inputBytes)
        for rejection in reply.rejected where batch.lines.indices.contains(rejection.item) {
            reject(
                batch.lines[rejection.item],
                id: rejection.id,
                field: rejection.field,
                reason: rejection.reason
            )
        }
    }

    /// Batches are indexed about in their order, so one at a time is asked for.
    private mutating func settleNext(_ group: inout Group) {
        guard !isSettling, !settling.isEmpty else { return }
        isSettling = true
        let ids = settling.removeFirst()
        group.addTask { [target] in
            .settled(try await SettledBatch(waitingFor: ids, target.status))
        }
    }
}
