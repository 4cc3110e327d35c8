package import DocketCore

/// Which documents of an upload go into which batch, and when each batch may be sent: decisions
/// only.
///
/// Events in, batches to be sent out. The last line of an id wins, however far the lines are apart:
/// a batch is held back while an earlier one with an id of its own has not ended, retries included,
/// and batches without a common id go side by side. An id that comes again while its batch is still
/// being filled goes into the next one, which is filled at the same time.
package struct UploadQueue: Sendable {
    /// Calls under way; more would only queue up at the server.
    static let callsMaximum = 4
    /// Batches held back, or filled, at once.
    static let heldMaximum = 4

    /// A batch, and the name by which its end is told.
    package struct Sent: Sendable {
        package let number: Int
        package let batch: UploadBatch
    }

    private struct Entry: Sendable {
        let number: Int
        let batch: UploadBatch
        /// Earlier batches that have an id of this one and have not ended.
        var blockers: Set<Int>
        var isUnderWay = false
    }

    /// Being filled, in the order in which they may be sent.
    private var open: [UploadBatch] = []
    /// Full and not ended, in the order of their lines.
    private var entries: [Entry] = []
    /// Calls under way.
    private(set) var underWay = 0
    private var lastNumber = 0
    private var lastLine: Int
    private let batchCapacity: Int

    /// A queue of no batch whose first line will be `fromLine`.
    package init(fromLine: Int, batchCapacity: Int = UploadBatch.documentsMaximum) {
        lastLine = fromLine - 1
        self.batchCapacity = batchCapacity
    }

    /// Whether a batch is being filled.
    var isFilling: Bool { !open.isEmpty }

    /// Whether more lines may be added now; otherwise a batch has to end first.
    package var canTakeMore: Bool {
        underWay < Self.callsMaximum && entries.count - underWay < Self.heldMaximum
    }

    /// All lines up to this one are done: the upload can go on after it.
    package var acknowledgedLine: Int {
        let first = (open + entries.lazy.map(\.batch)).compactMap(\.lines.first).min()
        return first.map { $0 - 1 } ?? lastLine
    }
}

// MARK: Events

extension UploadQueue {
    /// A line without a document was read; lines come in order.
    package mutating func skip(line: Int) { lastLine = line }

    /// A line with a document was read.
    package mutating func add(_ document: Document, line: Int, inputBytes: Int) -> [Sent] {
        lastLine = line
        var sent: [Sent] = []
        var place = open.lastIndex { $0.holds(document.id) }.map { $0 + 1 } ?? 0
        while place < open.count, !open[place].fits(document) {
            for _ in 0...place { sent += close() }
            place = 0
        }
        if place == Self.heldMaximum {
            sent += close()
            place -= 1
        }
        if place == open.count { open.append(UploadBatch(capacity: batchCapacity)) }
        open[place].add(document, line: line, inputBytes: inputBytes)
        return sent
    }

    /// No more lines come for now.
    package mutating func flush() -> [Sent] {
        var sent: [Sent] = []
        while isFilling { sent += close() }
        return sent
    }

    /// The call of a batch has ended.
    package mutating func ended(_ number: Int) -> [Sent] {
        guard let place = entries.firstIndex(where: { $0.number == number }) else { return [] }
        entries.remove(at: place)
        underWay -= 1
        for place in entries.indices { entries[place].blockers.remove(number) }
        return start()
    }
}

// MARK: Decisions

extension UploadQueue {
    /// The first of the batches that are being filled is full enough.
    private mutating func close() -> [Sent] {
        let batch = open.removeFirst()
        let blockers = entries.lazy.filter { $0.batch.hasCommonID(with: batch) }.map(\.number)
        lastNumber += 1
        entries.append(Entry(number: lastNumber, batch: batch, blockers: Set(blockers)))
        return start()
    }

    private mutating func start() -> [Sent] {
        var sent: [Sent] = []
        for place in entries.indices where underWay < Self.callsMaximum {
            guard !entries[place].isUnderWay, entries[place].blockers.isEmpty else { continue }
            entries[place].isUnderWay = true
            underWay += 1
            sent.append(Sent(number: entries[place].number, batch: entries[place].batch))
        }
        return sent
    }
}
