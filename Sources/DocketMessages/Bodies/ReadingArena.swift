internal import CDocketMessages
internal import DocketCore
internal import DocketWire

/// Memory into which protobuf-c unpacks bodies, one after the other, and the scan before it.
///
/// The scan says how much one body needs, and refuses what needs more than its length allows; so
/// the memory is taken at once and unpacking cannot run out of it.
@safe
struct ReadingArena: ~Copyable {
    private var memory = unsafe docket_body_memory()

    deinit {
        var memory = unsafe memory
        unsafe docket_free_memory(&memory)
    }

    /// The message that `body` holds.
    ///
    /// - Throws: ``DocketError`` `invalidArgument` that says of `item` what cannot be read.
    mutating func read<Message: ContractMessage>(
        _ body: RawSpan,
        item: @autoclosure () -> String = "body"
    ) throws(DocketError) -> Message {
        let fields: UnsafePointer<Message.Fields>
        do throws(ProtobufError) {
            unsafe fields = try unsafe unpack(body, Message.self)
        } catch {
            throw .invalid(item(), "cannot be read: \(error)")
        }
        return try unsafe Message.read(fields.pointee)
    }

    private mutating func unpack<Message: ContractMessage>(
        _ body: RawSpan,
        _ type: Message.Type
    ) throws(ProtobufError) -> UnsafePointer<Message.Fields> {
        let descriptor = unsafe Self.descriptor(of: type)
        let (scan, message) = unsafe body.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            let scan = unsafe docket_scan_body(descriptor, start, bytes.count, 0)
            let message = unsafe docket_unpack_body(descriptor, start, bytes.count, scan, &memory)
            return unsafe (scan, message)
        }
        if let fault = ProtobufError(scan) { throw fault }
        guard let message = unsafe message else { throw .tooLarge }
        return unsafe UnsafeRawPointer(message).assumingMemoryBound(to: Message.Fields.self)
    }

    /// Throws what is wrong with `body`, a message whose field `listed` is a list of messages that
    /// are looked at one by one.
    static func scan<Message: ContractMessage>(
        _ body: RawSpan,
        as type: Message.Type,
        listed: UInt32
    ) throws(ProtobufError) {
        let descriptor = unsafe descriptor(of: type)
        let scan = unsafe body.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return unsafe docket_scan_body(descriptor, start, bytes.count, listed)
        }
        if let fault = ProtobufError(scan) { throw fault }
    }

    /// Protobuf-c's description of a message, which each message of its kind carries.
    static func descriptor<Message: ContractMessage>(
        of type: Message.Type
    ) -> UnsafePointer<ProtobufCMessageDescriptor>? {
        unsafe withUnsafeTemporaryAllocation(of: Message.Fields.self, capacity: 1) { fields in
            unsafe type.initialise(fields.baseAddress)
            // Because every generated message begins with the general one.
            return unsafe UnsafeRawBufferPointer(fields).load(as: ProtobufCMessage.self).descriptor
        }
    }
}

extension ProtobufError {
    /// What the scan found, or nil when it found nothing.
    fileprivate init?(_ scan: docket_body_scan) {
        let field = Int(scan.field)
        switch scan.fault {
        case DOCKET_BODY_GOOD: return nil
        case DOCKET_BODY_TRUNCATED: self = .truncated
        case DOCKET_BODY_MALFORMED_VARINT: self = .malformedVarint
        case DOCKET_BODY_INVALID_FIELD_NUMBER: self = .invalidFieldNumber
        case DOCKET_BODY_UNSUPPORTED_WIRE_TYPE: self = .unsupportedWireType
        case DOCKET_BODY_UNEXPECTED_WIRE_TYPE: self = .unexpectedWireType(field: field)
        case DOCKET_BODY_OUT_OF_RANGE: self = .outOfRange(field: field)
        case DOCKET_BODY_INVALID_TEXT: self = .invalidText(field: field)
        case DOCKET_BODY_DUPLICATE: self = .duplicateMessage(field: field)
        case DOCKET_BODY_TOO_DEEP: self = .tooDeep
        default: self = .tooLarge
        }
    }
}
