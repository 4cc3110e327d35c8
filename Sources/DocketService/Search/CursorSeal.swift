package import DocketCore
internal import DocketCrypto

/// Makes cursors that only the same tenant can use, for the same search only.
///
/// A sealed cursor is a format byte, the position, and the first 16 bytes of an HMAC-SHA-256 over
/// the position, the tenant, the collection and what was searched. Whoever gets it learns a place
/// in an order and the values sorted by, which the hits showed already.
package struct CursorSeal: Sendable {
    private static let format: UInt8 = 1
    private static let tagBytes = 16
    private let secret: [UInt8]

    package init(secret: [UInt8]) { self.secret = secret }

    /// Seals `position` for a later call that gives the same `purpose`.
    package func seal(_ position: [UInt8], for purpose: CursorPurpose) -> [UInt8] {
        [Self.format] + position + tag(position, purpose)
    }

    /// The position in `cursor`.
    ///
    /// - Throws: ``DocketError`` `invalidArgument`, the same for every kind of wrong cursor.
    package func open(
        _ cursor: [UInt8],
        for purpose: CursorPurpose
    ) throws(DocketError) -> [UInt8] {
        guard cursor.count > Self.tagBytes, cursor[0] == Self.format else { throw Self.refusal }
        let position = Array(cursor[1..<cursor.count - Self.tagBytes])
        guard ConstantTime.equal(tag(position, purpose), Array(cursor.suffix(Self.tagBytes))) else {
            throw Self.refusal
        }
        return position
    }

    /// Seals a document number: the place of a walk in their order.
    func sealNumber(_ number: UInt64, for purpose: CursorPurpose) -> [UInt8] {
        seal(PositionCodec.encode(number: number), for: purpose)
    }

    /// The document number in `cursor`.
    ///
    /// - Throws: ``DocketError`` as `open`.
    func openNumber(_ cursor: [UInt8], for purpose: CursorPurpose) throws(DocketError) -> UInt64 {
        guard let position = PositionCodec.decode(try open(cursor, for: purpose)) else {
            throw Self.refusal
        }
        return position.number
    }

    private static let refusal = DocketError.invalid("cursor", "is not one of this search")

    private func tag(_ position: [UInt8], _ purpose: CursorPurpose) -> [UInt8] {
        Array(HMAC.sha256(key: secret, purpose.bytes + position).prefix(Self.tagBytes))
    }
}

/// What a cursor may be used for.
package struct CursorPurpose: Sendable {
    fileprivate let bytes: [UInt8]

    /// `search` is what decides matches and order, in its canonical form.
    package init(_ method: UInt16, _ tenant: TenantID, collection: UInt32, search: [UInt8]) {
        var bytes: [UInt8] = []
        func append(_ number: UInt64) {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
            }
        }
        append(UInt64(method))
        append(tenant.number)
        append(UInt64(collection))
        append(UInt64(search.count))
        self.bytes = bytes + search
    }
}
