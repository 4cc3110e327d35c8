package import DocketCore

/// A request or a reply as its protobuf body; the same code for the side that sends and the side
/// that receives.
package protocol WireMessage: Sendable {
    /// The message that `body` holds. Unknown fields are skipped, a few; a field that is known and
    /// wrong throws.
    ///
    /// - Throws: ``DocketError`` `invalidArgument` that says what cannot be read.
    static func decode(_ body: RawSpan) throws(DocketError) -> Self

    /// The message's body.
    func encode() -> [UInt8]
}
