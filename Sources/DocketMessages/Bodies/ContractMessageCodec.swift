internal import CDocketMessages
internal import DocketCore
internal import DocketWire

/// A generated function that sets a structure up with no field set.
typealias Initialise<Fields> = (UnsafeMutablePointer<Fields>?) -> Void

/// A message of the contract, which protobuf-c reads and writes.
///
/// It has the structure of the generated code, and its fields become a value of Docket and come
/// from one: a line a field each way.
protocol ContractMessage: WireMessage {
    /// The generated structure.
    associatedtype Fields

    /// The generated function that sets a structure up with no field set.
    @unsafe static var initialise: Initialise<Fields> { get }

    /// The value of a message that was unpacked; also says what a field that is not set means.
    @unsafe static func read(_ fields: Fields) throws(DocketError) -> Self

    /// Sets the fields of a message that is to be packed; what they point to is in `arena`.
    @unsafe func write(to fields: inout Fields, _ arena: WritingArena)
}

extension ContractMessage {
    package static func decode(_ body: RawSpan) throws(DocketError) -> Self {
        var arena = ReadingArena()
        return try arena.read(body)
    }

    package func encode() -> [UInt8] {
        WritingArena.use { arena in
            var body = ByteWriter()
            arena.append(self, to: &body)
            return body.bytes
        }
    }
}

// MARK: - Fields that were unpacked

extension ContractMessage {
    /// The text of a field, which the scan found to be UTF-8.
    static func text(_ string: UnsafePointer<CChar>?) -> String {
        let text = unsafe docket_unpacked_text(string)
        guard let start = unsafe text.start else { return "" }
        let bytes = unsafe UnsafeBufferPointer(start: start, count: text.count)
        return unsafe String(
            copying: UTF8Span(unchecked: bytes.span, isKnownASCII: text.is_ascii)
        )
    }

    static func texts(
        _ strings: UnsafePointer<UnsafeMutablePointer<CChar>?>?,
        _ count: Int
    ) -> [String] {
        unsafe UnsafeBufferPointer(start: strings, count: count).map { unsafe text($0) }
    }

    static func bytes(_ data: ProtobufCBinaryData) -> [UInt8] {
        unsafe [UInt8](UnsafeBufferPointer(start: data.data, count: data.len))
    }

    static func numbers<Number>(_ numbers: UnsafePointer<Number>?, _ count: Int) -> [Number] {
        unsafe [Number](UnsafeBufferPointer(start: numbers, count: count))
    }

    /// The value of a sub-message, or nil when it did not come.
    static func message<Message: ContractMessage>(
        _ fields: UnsafePointer<Message.Fields>?
    ) throws(DocketError) -> Message? {
        guard let fields = unsafe fields else { return nil }
        return try unsafe Message.read(fields.pointee)
    }

    static func list<Message: ContractMessage>(
        _ messages: UnsafePointer<UnsafeMutablePointer<Message.Fields>?>?,
        _ count: Int
    ) throws(DocketError) -> [Message] {
        var list: [Message] = []
        list.reserveCapacity(count)
        for place in 0..<count {
            guard let fields = unsafe messages?[place] else { continue }
            list.append(try unsafe Message.read(fields.pointee))
        }
        return list
    }
}

extension Bool {
    /// A flag of protobuf-c.
    init(_ flag: protobuf_c_boolean) { self = flag != 0 }
}

extension protobuf_c_boolean {
    /// A flag for protobuf-c.
    init(_ flag: Bool) { self = flag ? 1 : 0 }
}

/// A message without fields.
protocol EmptyMessage: ContractMessage { init() }

extension EmptyMessage {
    static func read(_ fields: Fields) throws(DocketError) -> Self { Self() }

    func write(to fields: inout Fields, _ arena: WritingArena) {}
}
