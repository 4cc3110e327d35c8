package import DocketCore
internal import DocketCrypto

/// Makes cursors that only the same tenant can use, for the same search only.
///
/// A sealed cursor is a format byte, the position, and the first 16 bytes of an HMAC-SHA-256 over
/// the position, the tenant, the collection and what was searched. Its holder learns a place in an
/// order and the values sorted by, which the hits showed already.
package struct CursorSeal: Sendable {
    private static let format: UInt8 = 3
    private static let tagBytes = 16
    private let secret: [UInt8]
    private let bytesMaximum: Int

    /// Seals with `secret`, and opens cursors of at most `bytesMaximum`.
    package init(secret: [UInt8], bytesMaximum: Int = Limits().cursorBytes) {
        self.secret = secret
        self.bytesMaximum = bytesMaximum
    }

    /// Seals `position` for a later call that gives the same `purpose`.
    package func seal(_ position: [UInt8], for purpose: CursorPurpose) -> [UInt8] {
        [Self.format] + position + tag(position, purpose)
    }

    /// The position in `cursor`.
    ///
    /// - Throws: ``DocketError`` `invalidArgument`, the same for every kind of wrong cursor but one
    ///   that is too long.
    package func open(
        _ cursor: [UInt8],
        for purpose: CursorPurpose
    ) throws(DocketError) -> [UInt8] {
        guard cursor.count <= bytesMaximum else {
            throw .invalid(
                "cursor",
                "is \(cursor.count) bytes, the limit is \(bytesMaximum)",
                limit: bytesMaximum
            )
        }
        guard cursor.count > Self.tagBytes, cursor[0] == Self.format else { throw Self.refusal }
        let position = Array(cursor[1..<cursor.count - Self.tagBytes])
        guard ConstantTime.equal(tag(position, purpose), Array(cursor.suffix(Self.tagBytes))) else {
            throw Self.refusal
        }
        return position
    }

    func seal(_ cursor: PageCursor, for purpose: CursorPurpose) -> [UInt8] {
        seal(PositionCodec.encode(cursor), for: purpose)
    }

    /// - Throws: ``DocketError`` as `open`.
    func openCursor(
        _ cursor: [UInt8],
        for purpose: CursorPurpose
    ) throws(DocketError) -> PageCursor {
        guard let cursor = PositionCodec.decode(try open(cursor, for: purpose)) else {
            throw Self.refusal
        }
        return cursor
    }

    /// Seals a document number: the place of a walk in their order.
    func sealNumber(
        _ number: UInt64,
        ignoring terms: [IgnoredTerm] = [],
        correcting corrections: [CorrectedTerm] = [],
        for purpose: CursorPurpose
    ) -> [UInt8] {
        let position = SearchPosition.after(values: [], number: number)
        return seal(
            PageCursor(
                position: position,
                ignoredTerms: terms.map(\.place),
                corrections: corrections.byPlace
            ),
            for: purpose
        )
    }

    /// The document number in `cursor`, and the cursor itself.
    ///
    /// - Throws: ``DocketError`` as `open`.
    func openNumber(
        _ cursor: [UInt8],
        for purpose: CursorPurpose
    ) throws(DocketError) -> (number: UInt64, cursor: PageCursor) {
        let cursor = try openCursor(cursor, for: purpose)
        guard case .after(_, let number) = cursor.position else { throw Self.refusal }
        return (number, cursor)
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
