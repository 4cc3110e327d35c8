internal import CAllocationCount
internal import DocketCore
internal import DocketMessages
internal import DocketSystem
internal import DocketWire

// What a body costs to read and to write, with allocations. `Benchmarks/message-costs` runs two
// builds of this in turns.

/// Nanoseconds, allocations and bytes for one message: the median of rounds.
struct Cost {
    private var nanoseconds: [Double] = []
    private var allocations = 0.0
    private var bytes = 0.0

    mutating func measure(_ repeats: Int, _ work: () throws -> Void) rethrows {
        let clock = ContinuousClock()
        let (count, size) = (docket_allocation_count(), docket_allocation_bytes())
        let time = try clock.measure { for _ in 0..<repeats { try work() } }
        nanoseconds.append(time / .nanoseconds(1) / Double(repeats))
        allocations = Double(docket_allocation_count() - count) / Double(repeats)
        bytes = Double(docket_allocation_bytes() - size) / Double(repeats)
    }

    /// One line: nanoseconds with the least and the greatest, allocations, bytes.
    func line(_ name: String) -> String {
        let sorted = nanoseconds.sorted().map { Int($0) }
        return "  \(name), Docket: \(sorted[sorted.count / 2]) ns "
            + "(\(sorted[0]) to \(sorted[sorted.count - 1])), "
            + "\(Int(allocations)) allocations of \(Int(bytes)) bytes"
    }
}

func measure<Message: WireMessage & Equatable>(
    _ name: String,
    _ message: Message,
    repeats: Int
) throws {
    let body = message.encode()
    guard try Message.decode(body.rawSpan) == message else {
        throw DocketError.invalid(name, "comes back as something else")
    }
    var (reading, writing) = (Cost(), Cost())
    for _ in 0..<15 {
        try reading.measure(repeats) { _ = try Message.decode(body.rawSpan) }
        writing.measure(repeats) { _ = message.encode() }
    }
    print("\(name), \(body.count) bytes")
    print(reading.line("read"))
    print(writing.line("write"))
}

try measure("Search request", Samples.search, repeats: 20_000)
try measure("Search reply of 10 hits", Samples.found, repeats: 5000)
try measure("Upload of 1,000 documents", Samples.upload, repeats: 20)
