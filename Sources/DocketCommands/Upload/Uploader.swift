internal import DocketClient
internal import DocketCore
internal import DocketJSON

/// Uploads lines: reads, batches, sends several batches at once, notes what became of each line.
///
/// Memory is bounded by the batches in flight and, where indexing is waited for, by the ids of the
/// batches that wait for it.
struct Uploader {
    /// Calls in flight; more would only queue up at the server.
    private static let callsMaximum = 4
    /// Batches that wait to be indexed before reading pauses.
    private static let settlingMaximum = 256

    /// What one of the tasks of an upload has come to.
    private enum Event: Sendable {
        case answered(Int, UploadBatch, UploadReply)
        case settled(SettledBatch)
    }

    let client: DocketClient
    let collection: String
    let waits: Bool
    private let input: InputFileHandle
    private let fromLine: Int
    private var splitter = LineSplitter(byteMaximum: DocumentReader.lineBytesMaximum)
    private var lines: ArraySlice<LineSplitter.Line> = []
    private var isAtEnd = false
    /// A document that did not fit into the last batch.
    private var held: (document: Document, line: Int, bytes: Int)?
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
        let attributes = try await client.collection(collection).attributes
        try await withThrowingTaskGroup(of: Event.self) { group in
            var reader = DocumentReader(attributes)
            while let batch = try await nextBatch(&reader) {
                try await send(batch, &group)
            }
            while let event = try await group.next() { handle(event, &group) }
        }
        clearDisplay()
    }

    /// Takes the line that shows progress away.
    mutating func clearDisplay() { display.clear() }
}

// MARK: Reading

extension Uploader {
    /// The next lines as one batch, which may hold no document; nil at the end of the input.
    private mutating func nextBatch(_ reader: inout DocumentReader) async throws -> UploadBatch? {
        var batch = UploadBatch()
        if let held { batch.add(held.document, line: held.line, inputBytes: held.bytes) }
        held = nil
        while let line = try await nextLine() {
            let bytes = (line.bytes?.count ?? DocumentReader.lineBytesMaximum) + 1
            guard let document = document(of: line, &reader) else {
                batch.add(nil, line: line.number, inputBytes: bytes)
                // Input without documents must not be read without end before anything is noted.
                if batch.lineCount >= UploadBatch.linesMaximum { return batch }
                continue
            }
            guard batch.fits(document) else {
                held = (document, line.number, bytes)
                return batch
            }
            batch.add(document, line: line.number, inputBytes: bytes)
        }
        return batch.isEmpty ? nil : batch
    }

    /// The document of a line; nil where it holds none, or none that can be taken.
    private mutating func document(
        of line: LineSplitter.Line,
        _ reader: inout DocumentReader
    ) -> Document? {
        guard line.number >= fromLine else { return nil }
        guard let bytes = line.bytes else {
            let limit = NumberText.bytes(DocumentReader.lineBytesMaximum)
            reject(line.number, id: "", field: "", reason: "is longer than \(limit)")
            return nil
        }
        let isBlank = bytes.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        guard !isBlank else { return nil }
        switch reader.read(bytes) {
        case .document(let document): return document
        case .rejected(let id, let field, let reason):
            reject(line.number, id: id, field: field, reason: reason)
            return nil
        }
    }

    private mutating func nextLine() async throws -> LineSplitter.Line? {
        while lines.isEmpty, !isAtEnd {
            let chunk = try await input.next()
            lines = splitter.append(chunk[...])[...]
            if chunk.isEmpty {
                isAtEnd = true
                lines = splitter.finish().map { [$0] } ?? []
            }
        }
        return lines.popFirst()
    }

    private mutating func reject(_ line: Int, id: String, field: String, reason: String) {
        let rejected = RejectedLine(line: line, id: id, field: field, reason: reason)
        totals.add(rejected)
        display.show(rejected.text)
    }
}

// MARK: Sending

extension Uploader {
    private typealias Group = ThrowingTaskGroup<Event, any Error>

    private mutating func send(_ batch: UploadBatch, _ group: inout Group) async throws {
        guard let range = batch.lineRange else { return }
        let number = ledger.begin(max(range.lowerBound, fromLine)...max(range.upperBound, fromLine))
        guard !batch.documents.isEmpty else { return ledger.end(number) }
        while calls >= Self.callsMaximum || settling.count >= Self.settlingMaximum {
            guard let event = try await group.next() else { break }
            handle(event, &group)
        }
        calls += 1
        group.addTask { [client, collection] in
            let reply = try await client.upload(batch.documents, to: collection)
            return .answered(number, batch, reply)
        }
    }

    private mutating func handle(_ event: Event, _ group: inout Group) {
        switch event {
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
        display.update(documents: totals.accepted, settled: totals.indexed + totals.failed)
        settleNext(&group)
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
