internal import CAllocationCount
internal import CDocketMessages
internal import DocketCore
internal import DocketMessages
internal import DocketSystem
internal import DocketWire

// What a body costs to read and to write: Docket's own code against protobuf-c's generated code
// with the conversion into the same values. Both in one run, in turns.

/// One way to read and write a message.
struct Way<Message> {
    var read: ([UInt8]) throws -> Message
    var write: (Message) -> [UInt8]
}

/// Nanoseconds, allocations and bytes for one message: the median of rounds.
struct Cost {
    var nanoseconds: [Double] = []
    var allocations = 0.0
    var bytes = 0.0

    var median: Double { nanoseconds.sorted()[nanoseconds.count / 2] }

    mutating func measure(_ repeats: Int, _ work: () throws -> Void) rethrows {
        let clock = ContinuousClock()
        let (count, size) = (docket_allocation_count(), docket_allocation_bytes())
        let time = try clock.measure { for _ in 0..<repeats { try work() } }
        nanoseconds.append(time / .nanoseconds(1) / Double(repeats))
        allocations = Double(docket_allocation_count() - count) / Double(repeats)
        bytes = Double(docket_allocation_bytes() - size) / Double(repeats)
    }

    /// One line: nanoseconds with the least and the greatest, allocations, bytes.
    func line(_ name: String, against other: Cost? = nil) -> String {
        let sorted = nanoseconds.sorted().map { Int($0) }
        let ratio = other.map { Double(Int(median / $0.median * 100)) / 100 }
        return "  \(name): \(Int(median)) ns (\(sorted[0]) to \(sorted[sorted.count - 1])), "
            + "\(Int(allocations)) allocations of \(Int(bytes)) bytes"
            + (ratio.map { ", \($0) times protobuf-c" } ?? "")
    }
}

func compare<Message: WireMessage & Equatable>(
    _ name: String,
    _ message: Message,
    repeats: Int,
    _ theirs: Way<Message>
) throws {
    let ours = Way<Message>(read: { try Message.decode($0.rawSpan) }, write: { $0.encode() })
    let body = ours.write(message)
    guard try ours.read(body) == message, try theirs.read(body) == message,
        try ours.read(theirs.write(message)) == message
    else { throw DocketError.invalid(name, "is read in two ways") }
    var (reading, writing) = ((Cost(), Cost()), (Cost(), Cost()))
    for _ in 0..<15 {
        try reading.0.measure(repeats) { _ = try ours.read(body) }
        try reading.1.measure(repeats) { _ = try theirs.read(body) }
        writing.0.measure(repeats) { _ = ours.write(message) }
        writing.1.measure(repeats) { _ = theirs.write(message) }
    }
    print("\(name), \(body.count) bytes")
    print(reading.1.line("read, protobuf-c"))
    print(reading.0.line("read, Docket", against: reading.1))
    print(writing.1.line("write, protobuf-c"))
    print(writing.0.line("write, Docket", against: writing.1))
}

let arena = ProtobufArena(capacity: 16 << 20)
try compare("Search request", Samples.search, repeats: 20_000, arena.search)
try compare("Search reply of 10 hits", Samples.found, repeats: 5000, arena.found)
try compare("Upload of 1,000 documents", Samples.upload, repeats: 20, arena.upload)
