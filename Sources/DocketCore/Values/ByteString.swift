/// A string that is what its bytes are.
///
/// Swift calls strings equal that differ only in the form of their Unicode characters; ids and
/// values that callers choose are told apart byte for byte, as stores and other languages do.
package struct ByteString: Hashable, Sendable {
    private let bytes: [UInt8]

    package init(_ string: String) { bytes = Array(string.utf8) }
}
