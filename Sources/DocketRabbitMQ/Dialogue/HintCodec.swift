internal import DocketCore
internal import DocketSystem

/// A hint as the broker carries it: a byte that names the format, then the tenant, the document and
/// the version, of 8 bytes each, the highest first.
enum HintCodec {
    private static let format: UInt8 = 1
    private static let count = 25

    static func encode(_ hint: WorkHint) -> [UInt8] {
        var bytes = [format]
        bytes.reserveCapacity(count)
        for number in [hint.tenant.number, hint.document, hint.version] {
            bytes.appendBigEndian(number)
        }
        return bytes
    }

    /// nil for what is no hint.
    static func decode(_ bytes: [UInt8]) -> WorkHint? {
        guard bytes.count == count, bytes[0] == format else { return nil }
        func number(_ place: Int) -> UInt64 {
            bytes[(1 + 8 * place)..<(9 + 8 * place)].reduce(0) { $0 << 8 | UInt64($1) }
        }
        return WorkHint(tenant: TenantID(number(0)), document: number(1), version: number(2))
    }
}
