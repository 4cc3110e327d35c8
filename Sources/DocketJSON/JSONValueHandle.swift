internal import CDocketJSON

/// One value of a parsed document, read where the parser has put it.
///
/// It cannot outlive the document: the parser is not to be had again before the value is gone.
@safe package struct JSONValue: ~Escapable {
    /// What a value is.
    ///
    /// Whole numbers up to `Int64.max` are `.integer`, those above it, up to `UInt64.max`,
    /// `.unsigned`.
    package enum Kind: Hashable, Sendable {
        case null
        case boolean
        case integer
        case unsigned
        case double
        case string
        case array
        case object
    }

    private let raw: docket_json_value

    @_lifetime(immortal)
    init(_ raw: docket_json_value) { unsafe self.raw = unsafe raw }

    package var kind: Kind {
        switch unsafe docket_json_kind_of(raw) {
        case DOCKET_JSON_BOOL: .boolean
        case DOCKET_JSON_INT64: .integer
        case DOCKET_JSON_UINT64: .unsigned
        case DOCKET_JSON_DOUBLE: .double
        case DOCKET_JSON_STRING: .string
        case DOCKET_JSON_ARRAY: .array
        case DOCKET_JSON_OBJECT: .object
        default: .null
        }
    }

    package var isNull: Bool { kind == .null }

    /// The truth value; nil when it is not one.
    package var boolean: Bool? {
        var value = false
        return unsafe docket_json_bool(raw, &value) ? value : nil
    }

    /// The whole number; nil when it is not one or does not fit.
    package var integer: Int64? {
        var value: Int64 = 0
        return unsafe docket_json_int64(raw, &value) ? value : nil
    }

    /// The whole number that is not negative; nil when it is not one.
    package var unsigned: UInt64? {
        var value: UInt64 = 0
        return unsafe docket_json_uint64(raw, &value) ? value : nil
    }

    /// Any number, if need be rounded; nil when it is not one.
    package var double: Double? {
        var value = 0.0
        return unsafe docket_json_double(raw, &value) ? value : nil
    }

    /// The string with its escapes resolved, which may hold NUL; nil when it is not one.
    package var string: String? {
        var bytes: UnsafePointer<CChar>?
        var count = 0
        guard unsafe docket_json_string(raw, &bytes, &count) else { return nil }
        return unsafe Self.text(bytes, count)
    }

    /// The member of this name; nil when there is none, or when this is not an object.
    ///
    /// Of several it is the first; ``forEachMember(_:)`` refuses several.
    @_lifetime(copy self)
    package func member(_ name: StaticString) -> JSONValue? {
        var value = unsafe docket_json_value()
        let isFound = unsafe docket_json_member(
            raw,
            UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self),
            name.utf8CodeUnitCount,
            &value
        )
        guard isFound else { return nil }
        let member = unsafe JSONValue(value)
        return unsafe _overrideLifetime(member, copying: self)
    }

    /// Calls `body` with each element; false when this is not an array.
    package func forEachElement<Failure: Error>(
        _ body: (JSONValue) throws(Failure) -> Void
    ) throws(Failure) -> Bool {
        var cursor = unsafe docket_json_cursor()
        guard unsafe docket_json_elements(raw, &cursor) else { return false }
        var element = unsafe docket_json_value()
        while unsafe docket_json_next_element(&cursor, &element) {
            try unsafe body(JSONValue(element))
        }
        return true
    }

    /// Calls `body` with each member; false when this is not an object.
    ///
    /// - Throws: ``JSONError/duplicateName(_:)``; what `body` throws.
    package func forEachMember(_ body: (String, JSONValue) throws -> Void) throws -> Bool {
        var cursor = unsafe docket_json_cursor()
        guard unsafe docket_json_members(raw, &cursor) else { return false }
        var seen: Set<String> = []
        var bytes: UnsafePointer<CChar>?
        var count = 0
        var value = unsafe docket_json_value()
        while unsafe docket_json_next_member(&cursor, &bytes, &count, &value) {
            let name = unsafe Self.text(bytes, count)
            guard seen.insert(name).inserted else { throw JSONError.duplicateName(name) }
            try unsafe body(name, JSONValue(value))
        }
        return true
    }

    private static func text(_ bytes: UnsafePointer<CChar>?, _ count: Int) -> String {
        let bytes = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
        return unsafe String(decoding: bytes, as: UTF8.self)
    }
}
