internal import DocketCore

/// Learns what one attribute holds: in which documents, how many values, which.
struct AttributeCounts: Sendable {
    private static let sampleMaximum = 10_000
    private static let distinctMaximum = 20_000
    /// The longest value that a server takes.
    static let valueBytesMaximum = 1024

    private(set) var documents = 0
    private(set) var counts = Reservoir<Int>(capacity: sampleMaximum)
    private(set) var values = TokenCounts(
        capacity: distinctMaximum,
        bytesMaximum: valueBytesMaximum
    )
    private(set) var texts = TextCounts(capacity: distinctMaximum)
    private(set) var numbers = Reservoir<Double>(capacity: sampleMaximum)
    private(set) var trueCount = 0
    private(set) var kind: Kind
    /// Whether every string is a time.
    private(set) var holdsTimes = true

    /// The type that JSON gives a value.
    enum Kind: Sendable {
        case string
        case number
        case boolean

        init(_ value: AttributeValue) {
            switch value {
            case .string, .time: self = .string
            case .number: self = .number
            case .boolean: self = .boolean
            }
        }
    }

    init(_ kind: Kind) { self.kind = kind }

    /// Learns from the values of one document, all of the attribute's kind.
    mutating func add(_ attribute: Attribute, _ draw: inout SeededDraw) {
        documents += 1
        counts.offer(attribute.values.count, &draw)
        for value in attribute.values {
            switch value {
            case .string(let text): add(text, &draw)
            case .number(let number): numbers.offer(number, &draw)
            case .boolean(let isTrue): trueCount += isTrue ? 1 : 0
            case .time(let microseconds): numbers.offer(Double(microseconds), &draw)
            }
        }
    }

    private mutating func add(_ text: String, _ draw: inout SeededDraw) {
        values.add(text)
        texts.add(text, &draw)
        guard holdsTimes else { return }
        if let time = Timestamp.microseconds(parsing: text) {
            numbers.offer(Double(time), &draw)
        } else {
            holdsTimes = false
        }
    }

    /// Whether its strings are sentences rather than names: of several words, mostly different.
    var holdsText: Bool { texts.meanLength >= 3 && values.unseen * 2 > values.total }
}
