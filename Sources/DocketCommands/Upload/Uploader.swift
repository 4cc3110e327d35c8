internal import DocketClient
internal import DocketCore
internal import DocketJSON
internal import DocketRuntime
internal import DocketSystem

/// Uploads lines: reads, batches, sends several batches at once, notes what became of each line.
///
/// A batch goes out when it is full, or when its first document has waited and no more input has
/// come: a slow pipe holds nothing back. Memory is bounded by the batches in flight and, where
/// indexing is waited for, by the ids of the batches that wait for it.
struct Uploader {
    /// Calls in flight; more would only queue up at the server.
    private static let callsMaximum = 4
    /// Batches that wait to be indexed before reading pauses.
    private static let settlingMaximum = 256
    /// How long a document waits for others to come into its batch.
    private static let patience = Duration.milliseconds(250)

    /// What one of the tasks of an upload has come to.
    private enum Event: Sendable {
        /// Input, empty at its end; nil when none came while the batch could wait.
        case read([UInt8]?)
        case answered(Int, UploadBatch, UploadReply)
        case settled(SettledBatch)
    }

    private typealias Group = ThrowingTaskGroup<Event, any Error>

    let client: DocketClient
    let collection: String
    let waits: Bool
    private let input: InputFileHandle
    private let fromLine: Int
    private var splitter = LineSplitter(byteMaximum: DocumentReader.lineBytesMaximum)
    private var lines: ArraySlice<LineSplitter.Line> = []
    private var isReading = false
    private var isAtEnd = false
    private var batch = UploadBatch()
    /// When the batch goes out, full or not; nil while it holds no document.
    private var due: MonotonicTime?
    private var settling: [[String]] = []
    private var isSettling = false
    private var calls = 0

    private(set) var ledger: UploadLedger
    private(set) var totals = UploadTotals()
    private(set) var display: UploadDisplay

    init(
        _ client: DocketClient,
        collection: String,
        input: InputFileHandle,
        fromLine: Int,
        waits: Bool,
        display: UploadDisplay
    ) {
        self.client = client
        self.collection = collection
        self.input = input
        self.fromLine = fromLine
        self.waits = waits
        self.display = display
        ledger = UploadLedger(fromLine: fromLine)
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

    /// Whether no line that was to be uploaded is done.
    var hasAcknowledgedNothing: Bool { ledger.acknowledgedLine < fromLine }

    /// Takes the line that shows progress away.
    mutating func clearDisplay() { display.clear() }
}

// MARK: Reading

extension Uploader {
    /// Goes on until something has to be waited for.
    private mutating func advance(_ reader: inout DocumentReader, _ group: inout Group) {
        while calls < Self.callsMaximum, settling.count < Self.settlingMaximum {
            if let line = lines.popFirst() {
                take(line, &reader, &group)
            } else if isAtEnd {
                return send(&group)
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
        guard let chunk else { return send(&group) }
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
        let document = document(of: line, &reader)
        if let document, !batch.fits(document) { send(&group) }
        batch.add(document, line: line.number, inputBytes: bytes)
        if document != nil, due == nil { due = .now() + Self.patience }
        // Input without documents must not be read without end before anything is noted.
        if batch.lineCount >= UploadBatch.linesMaximum { send(&group) }
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
    /// Sends the batch, if it holds anything, and begins another.
    private mutating func send(_ group: inout Group) {
        guard let range = batch.lineRange else { return }
        let number = ledger.begin(range)
        let sent = batch
        batch = UploadBatch()
        due = nil
        guard !sent.documents.isEmpty else { return ledger.end(number) }
        calls += 1
        group.addTask { [client, collection] in
            let reply = try await client.upload(sent.documents, to: collection)
            return .answered(number, sent, reply)
        }
    }

    private mutating func handle(_ event: Event, _ group: inout Group) {
        switch event {
        case .read(let chunk):
            return take(chunk, &group)
        case .answered(let number, let batch, let reply):
            calls -= 1
            ledger.end(number)
            take(reply, of: batch)
            if waits { settling.append(batch.acceptedIDs(reply)) }
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
            isResting: calls == 0 && !isSettling
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
        group.addTask { [client, collection] in
            .settled(try await SettledBatch(waitingFor: ids, in: collection, client))
        }
    }
}
