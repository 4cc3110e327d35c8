internal import DocketCore

/// Names of indices and aliases: made by Docket alone, never of what a caller says.
struct IndexNames: Hashable, Sendable {
    /// Lower case letters, digits and hyphens.
    let prefix: String
    private let poolStart: String

    init(prefix: String) {
        self.prefix = prefix
        poolStart = "\(prefix)-pool-"
    }

    /// The index that new documents go to.
    var pool: String { "\(poolStart)000001" }
    /// All indices of the pool, for searches.
    var poolAlias: String { "\(prefix)-pool" }
    /// All aliases of tenants, for questions about them.
    var tenantPattern: String { "\(prefix)-tenant-*" }

    func alias(of tenant: TenantID) -> String { "\(prefix)-tenant-\(tenant.number)" }

    /// The tenant of an alias; nil for other names.
    func tenant(ofAlias name: String) -> TenantID? {
        let start = "\(prefix)-tenant-"
        guard name.hasPrefix(start), let number = UInt64(name.dropFirst(start.count)) else {
            return nil
        }
        let tenant = TenantID(number)
        return alias(of: tenant) == name ? tenant : nil
    }

    /// The index that a rebuild makes.
    func rebuilt(_ number: UInt64) -> String { "\(prefix)-rebuilt-\(number)" }
    /// All of those.
    var rebuiltPattern: String { "\(prefix)-rebuilt-*" }

    /// By which a collection that has an index of its own is searched.
    func alias(of collection: CollectionReference) -> String {
        "\(prefix)-collection-\(collection.tenant.number).\(collection.number)"
    }

    /// All indices that hold documents.
    var placePatterns: [String] { ["\(poolStart)*", rebuiltPattern] }

    /// Whether an index of this name is one that holds documents.
    func isPlace(_ name: String) -> Bool { isPool(name) || isRebuilt(name) }

    func isRebuilt(_ name: String) -> Bool {
        guard let number = name.split(separator: "-").last.flatMap({ UInt64($0) }) else {
            return false
        }
        return rebuilt(number) == name
    }

    /// Whether an index of this name is one of the pool's.
    func isPool(_ name: String) -> Bool {
        let digits = name.dropFirst(poolStart.count)
        return name.hasPrefix(poolStart) && digits.utf8.count == 6
            && digits.utf8.allSatisfy { (48...57).contains($0) }
    }
}
