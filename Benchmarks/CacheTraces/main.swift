internal import DocketCache
internal import DocketSystem

// How much of a trace the cache answers, beside LRU of as many replies, for several sizes.
// `Benchmarks/hit-ratios` runs this on files of traces.
//
//   cache-traces lines|int32|int64|blocks [--body BYTES] NAME FILE REPLIES...
//
// A trace is keys in the order in which they were asked for: lines of text, big-endian integers of
// 32 or 64 bits, or, as `blocks`, lines of a first key and how many follow one another. A reply
// that is not found is stored. All have the same weight, for which `--body` gives the bytes of the
// body. For each size it prints the percentages of requests that found their reply, with LRU and
// with the cache, their difference, and the nanoseconds that a request took.

/// The keys of a trace.
enum TraceFormat: String {
    case lines
    case int32
    case int64
    case blocks

    func keys(_ bytes: [UInt8]) -> [UInt64] {
        switch self {
        case .int32: Self.integers(bytes, width: 4)
        case .int64: Self.integers(bytes, width: 8)
        case .lines: Self.lines(bytes).map(Self.key)
        case .blocks:
            Self.lines(bytes).flatMap { line -> [UInt64] in
                let words = line.split(separator: UInt8(ascii: " "))
                guard words.count > 1, let first = UInt64(Self.text(words[0])),
                    let count = UInt64(Self.text(words[1])), count <= 1 << 20
                else { return [] }
                return (0..<count).map { first &+ $0 }
            }
        }
    }

    private static func integers(_ bytes: [UInt8], width: Int) -> [UInt64] {
        stride(from: 0, to: bytes.count / width * width, by: width).map { start in
            bytes[start..<start + width].reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        bytes.split(separator: UInt8(ascii: "\n")).filter { !$0.elementsEqual("*".utf8) }
    }

    private static func key(_ line: ArraySlice<UInt8>) -> UInt64 {
        UInt64(text(line)) ?? KeyedHash(low: 1, high: 2).digest(Array(line).rawSpan).low
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes, as: UTF8.self)
    }
}

/// What one run of a trace came to.
struct Result {
    var hits = 0
    var nanoseconds = 0.0
}

/// A trace held against caches of different sizes.
struct Trace {
    let keys: [UInt64]
    let body: [UInt8]
    private let state = CollectionState(hard: 1, soft: 1, schemaEpoch: 1, confirmed: .max)
    private let scope = CacheScope(tenant: 1, access: 0, method: 2, form: .raw)

    init(keys: [UInt64], bodyBytes: Int) {
        self.keys = keys
        body = [UInt8](repeating: 0, count: bodyBytes)
    }

    private func bytes(of key: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: key >> (8 * $0)) }
    }

    private func reply() -> CachedReply {
        CachedReply(
            body: body,
            asOfMicroseconds: 0,
            isApproximate: false,
            mark: state.mark(),
            state: state
        )
    }

    /// The cache with room for so many replies.
    func replay(replies: Int) -> Result {
        let probe = ReplyCache()
        probe.store(scope, bytes(of: 0), reply())
        var configuration = ReplyCache.Configuration()
        configuration.limitBytes = replies * probe.statistics.bytes
        let cache = ReplyCache(configuration)
        let clock = ContinuousClock()
        var result = Result()
        let time = clock.measure {
            for key in keys {
                let bytes = bytes(of: key)
                if case .fresh = cache.lookup(scope, bytes.rawSpan, now: 0) {
                    result.hits += 1
                } else {
                    cache.store(scope, bytes, reply())
                }
            }
        }
        result.nanoseconds = time / .nanoseconds(1) / Double(max(1, keys.count))
        return result
    }

    /// Least recently used of so many.
    func leastRecent(replies: Int) -> Int {
        var times: [UInt64: Int] = [:]
        // Each request once; the oldest that is still the last of its key goes.
        var oldest = 0
        var hits = 0
        for (time, key) in keys.enumerated() {
            if times[key] != nil {
                hits += 1
            } else if times.count == replies {
                while times[keys[oldest]] != oldest { oldest += 1 }
                times[keys[oldest]] = nil
                oldest += 1
            }
            times[key] = time
        }
        return hits
    }
}

func fixed(_ number: Double, _ digits: Int, width: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let text = "\((number * scale).rounded() / scale)"
    let point = text.firstIndex(of: ".") ?? text.endIndex
    let whole = text[..<point]
    let fraction = text[point...].dropFirst() + String(repeating: "0", count: digits)
    let number = digits > 0 ? "\(whole).\(fraction.prefix(digits))" : String(whole)
    return String(repeating: " ", count: max(0, width - number.count)) + number
}

func run(_ arguments: [String]) throws {
    var rest = arguments[...]
    guard let format = rest.popFirst().flatMap(TraceFormat.init) else { throw Usage() }
    var body = 0
    if rest.first == "--body" {
        guard let bytes = rest.dropFirst().first.flatMap({ Int($0) }), (0...65_536).contains(bytes)
        else { throw Usage() }
        body = bytes
        rest.removeFirst(2)
    }
    let sizes = rest.dropFirst(2).compactMap { Int($0) }
    guard rest.count > 2, sizes.count == rest.count - 2, sizes.allSatisfy({ $0 >= 100 })
    else { throw Usage() }
    let name = rest.removeFirst()
    let bytes = try SmallFile.read(rest.removeFirst(), maximum: 1 << 30)
    let trace = Trace(keys: format.keys(bytes), bodyBytes: body)
    let total = Double(max(1, trace.keys.count))
    for size in sizes {
        let result = trace.replay(replies: size)
        let own = 100 * Double(result.hits) / total
        let other = 100 * Double(trace.leastRecent(replies: size)) / total
        print(
            name + String(repeating: " ", count: max(1, 24 - name.count))
                + fixed(Double(size), 0, width: 8) + fixed(other, 2, width: 9)
                + fixed(own, 2, width: 9) + fixed(own - other, 2, width: 9)
                + fixed(result.nanoseconds, 0, width: 9)
        )
    }
}

/// The program was not called as above.
struct Usage: Error, CustomStringConvertible {
    let description =
        "cache-traces lines|int32|int64|blocks [--body BYTES] NAME FILE REPLIES...: at least 100"
}

try run(Array(CommandLine.arguments.dropFirst()))
