internal import DocketCore

/// What a document is called in an index: `tenant.collection.number`, in base 10.
///
/// The tenant stands in it so that no document of another one can have the same.
struct IndexedIdentity: Hashable, Sendable {
    let tenant: TenantID
    let collection: UInt32
    let number: UInt64

    init(_ tenant: TenantID, _ collection: UInt32, _ number: UInt64) {
        self.tenant = tenant
        self.collection = collection
        self.number = number
    }

    /// nil for what is no such name.
    init?(_ text: String) {
        let parts = text.utf8.split(
            separator: UInt8(ascii: "."),
            omittingEmptySubsequences: false
        )
        guard parts.count == 3, let tenant = UInt64(Substring(parts[0])),
            let collection = UInt32(Substring(parts[1])), let number = UInt64(Substring(parts[2]))
        else { return nil }
        self.init(TenantID(tenant), collection, number)
        // One document has one name: no leading zeros, no signs.
        guard self.text == text else { return nil }
    }

    var text: String { "\(Self.collection(tenant, collection)).\(number)" }

    /// What all documents of a collection have in common.
    static func collection(_ tenant: TenantID, _ number: UInt32) -> String {
        "\(tenant.number).\(number)"
    }
}
