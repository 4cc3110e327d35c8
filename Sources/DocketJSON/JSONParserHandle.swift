internal import CDocketJSON

/// Parses JSON with simdjson: one document at a time, on one thread at a time.
///
/// It keeps its memory for the next document. Numbers beyond 64 bits are refused unless they have a
/// fraction or an exponent; so are unpaired surrogates and a byte order mark.
@safe package struct JSONParserHandle: ~Copyable {
    /// Arrays and objects within one another, unless configured.
    package static let depthDefault = 64

    private let pointer: OpaquePointer

    /// - Precondition: There is memory for a parser.
    ///
    /// A document has at most `byteMaximum` bytes and `depthMaximum` levels.
    package init(byteMaximum: Int, depthMaximum: Int = depthDefault) {
        guard let pointer = unsafe docket_json_parser_new(byteMaximum, depthMaximum) else {
            preconditionFailure("no memory for a JSON parser")
        }
        unsafe self.pointer = unsafe pointer
    }

    deinit { unsafe docket_json_parser_free(pointer) }

    /// The root of the document in `bytes`, to be read before the next one is parsed.
    @_lifetime(&self)
    package mutating func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
        var root = unsafe docket_json_value()
        let status = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe docket_json_parse(pointer, bytes.baseAddress, bytes.count, &root)
        }
        if let error = Self.error(status) { throw error }
        let value = unsafe JSONValue(root)
        return unsafe _overrideLifetime(value, mutating: &self)
    }

    private static func error(_ status: docket_json_status) -> JSONError? {
        switch status {
        case DOCKET_JSON_OK: nil
        case DOCKET_JSON_TOO_LONG, DOCKET_JSON_NO_MEMORY: .tooLong
        case DOCKET_JSON_TOO_DEEP: .tooDeep
        case DOCKET_JSON_EMPTY: .empty
        case DOCKET_JSON_NOT_UTF8: .notUTF8
        case DOCKET_JSON_BAD_STRING: .badString
        case DOCKET_JSON_BAD_NUMBER: .badNumber
        default: .badSyntax
        }
    }
}
