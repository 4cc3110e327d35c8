internal import DocketCore
internal import Testing

@testable internal import DocketCommands

@Suite("The order of an upload's batches", .timeLimit(.minutes(1)))
struct UploadQueueTests {
    /// A store that does what the queue says, batch by batch, in an order that a test chooses.
    private struct Simulation {
        var queue: UploadQueue
        var underWay: [UploadQueue.Sent] = []
        /// The line whose text each id has.
        var stored: [String: Int] = [:]
        /// Lines that were read, and those of them whose call has ended.
        var read: [Int] = []
        var done: Set<Int> = []

        init(fromLine: Int = 1, batchCapacity: Int) {
            queue = UploadQueue(fromLine: fromLine, batchCapacity: batchCapacity)
        }

        mutating func start(_ sent: [UploadQueue.Sent]) {
            for sent in sent {
                let isApart = underWay.allSatisfy { !$0.batch.hasCommonID(with: sent.batch) }
                #expect(isApart, "batches with a common id are under way together")
                underWay.append(sent)
            }
            #expect(underWay.count <= UploadQueue.callsMaximum)
            #expect(queue.underWay == underWay.count)
        }

        mutating func add(_ id: String, line: Int) {
            read.append(line)
            start(queue.add(Document(id: id), line: line, inputBytes: 1))
        }

        mutating func end(at place: Int) {
            let sent = underWay.remove(at: place)
            for (document, line) in zip(sent.batch.documents, sent.batch.lines) {
                stored[document.id] = line
                let isNew = done.insert(line).inserted
                #expect(isNew, "line \(line) was sent twice")
            }
            start(queue.ended(sent.number))
        }

        func checkAcknowledged() {
            let first = read.first { !done.contains($0) }
            #expect(queue.acknowledgedLine == first.map { $0 - 1 } ?? read.last)
        }
    }

    /// Runs `ids` through a queue; `choice` picks which of the calls under way ends next.
    private func run(_ ids: [String], capacity: Int, _ choice: (Int) -> Int) {
        var simulation = Simulation(batchCapacity: capacity)
        for (place, id) in ids.enumerated() {
            while !simulation.queue.canTakeMore {
                simulation.end(at: choice(simulation.underWay.count))
            }
            simulation.add(id, line: place + 1)
            simulation.checkAcknowledged()
        }
        simulation.start(simulation.queue.flush())
        while !simulation.underWay.isEmpty {
            simulation.end(at: choice(simulation.underWay.count))
            simulation.checkAcknowledged()
        }
        #expect(simulation.done.count == ids.count)
        for (place, id) in ids.enumerated() where !ids[(place + 1)...].contains(id) {
            #expect(simulation.stored[id] == place + 1, "\(ids)")
        }
    }

    @Test(
        "lets the last line win, whatever comes and in whatever order calls end",
        arguments: 1...3
    )
    func everySequence(capacity: Int) {
        let letters = ["a", "b", "c"]
        for number in 0..<729 {
            var rest = number
            let ids = (0..<6).map { _ -> String in
                defer { rest /= 3 }
                return letters[rest % 3]
            }
            run(ids, capacity: capacity) { _ in 0 }
            run(ids, capacity: capacity) { $0 - 1 }
            var turn = number
            run(ids, capacity: capacity) { count in
                turn += 1
                return turn % count
            }
        }
    }

    @Test("sends batches without a common id side by side, past one that is held back")
    func sideBySide() {
        var queue = UploadQueue(fromLine: 1, batchCapacity: 2)
        var sent: [UploadQueue.Sent] = []
        for (line, id) in ["a", "b", "a", "c", "d", "e", "f", "g", "h"].enumerated() {
            sent += queue.add(Document(id: id), line: line + 1, inputBytes: 1)
        }
        // a, c waits for a, b; the others do not.
        #expect(
            sent.map { $0.batch.documents.map(\.id) } == [["a", "b"], ["d", "e"], ["f", "g"]]
        )
        #expect(queue.acknowledgedLine == 0)
        let next = queue.ended(sent[0].number)
        #expect(next.map { $0.batch.documents.map(\.id) } == [["a", "c"]])
        #expect(queue.acknowledgedLine == 2)
        #expect(queue.ended(sent[1].number).isEmpty)
        #expect(queue.ended(sent[2].number).isEmpty)
        #expect(queue.acknowledgedLine == 2)
        #expect(queue.ended(next[0].number).isEmpty)
        #expect(queue.acknowledgedLine == 8)
        #expect(queue.flush().map(\.batch.lines) == [[9]])
    }

    @Test("fills two batches where each id comes twice in a row, not one for each line")
    func pairs() {
        var queue = UploadQueue(fromLine: 1)
        for line in 0..<1000 {
            let sent = queue.add(Document(id: "\(line / 2)"), line: line + 1, inputBytes: 1)
            #expect(sent.isEmpty)
        }
        let first = queue.flush()
        #expect(first.map(\.batch.documents.count) == [500])
        let second = queue.ended(first[0].number)
        #expect(second.map(\.batch.documents.count) == [500])
        #expect(queue.acknowledgedLine == 1)
    }

    @Test("holds no more batches than its bounds where one id comes again and again")
    func oneID() {
        var simulation = Simulation(fromLine: 11, batchCapacity: 1000)
        for line in 11...60 {
            while !simulation.queue.canTakeMore { simulation.end(at: 0) }
            simulation.add("a", line: line)
            simulation.checkAcknowledged()
            #expect(simulation.underWay.count <= 1)
            let held = UploadQueue.callsMaximum + 2 * UploadQueue.heldMaximum
            #expect(line - 10 - simulation.done.count <= held)
        }
    }

    @Test("acknowledges lines without documents at once, but none after a document under way")
    func skipping() {
        var queue = UploadQueue(fromLine: 5)
        #expect(queue.acknowledgedLine == 4)
        queue.skip(line: 5)
        #expect(queue.acknowledgedLine == 5)
        #expect(queue.add(Document(id: "a"), line: 6, inputBytes: 1).isEmpty)
        queue.skip(line: 7)
        #expect(queue.acknowledgedLine == 5)
        let sent = queue.flush()
        #expect(queue.acknowledgedLine == 5)
        #expect(queue.ended(sent[0].number).isEmpty)
        #expect(queue.acknowledgedLine == 7)
        #expect(queue.ended(99).isEmpty)
    }

    @Test("keeps documents without an id together, since none of them is stored")
    func noID() {
        var queue = UploadQueue(fromLine: 1)
        for line in 1...5 { _ = queue.add(Document(id: ""), line: line, inputBytes: 1) }
        #expect(queue.flush().map(\.batch.documents.count) == [5])
    }
}
