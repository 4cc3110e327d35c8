internal import DocketCore

/// Names of indices and aliases: made by Docket alone, never of what a caller says.
struct IndexNames: Hashable, Sendable {
    let series: IndexSeries
    private let poolStart: String

    init(_ series: IndexSeries) {
        self.series = series
        poolStart = "\(series.start)pool-"
    }

    /// The first index of the pool.
    var pool: String { "\(poolStart)000001" }

    /// The one after another; nil for names of others, and after the last there can be.
    func pool(after name: String) -> String? {
        guard isPool(name), let number = Int(name.dropFirst(poolStart.count)), number < 999_999
        else { return nil }
        let digits = "\(number + 1)"
        return poolStart + String(repeating: "0", count: 6 - digits.utf8.count) + digits
    }

    /// All of them, for what is done to each.
    var poolPattern: String { "\(poolStart)*" }
    /// All of them, for searches.
    var poolAlias: String { "\(series.start)pool" }

    func alias(of tenant: TenantID) -> String { "\(series.start)tenant-\(tenant.number)" }

    /// The tenant of an alias; nil for other names.
    func tenant(ofAlias name: String) -> TenantID? {
        let start = "\(series.start)tenant-"
        guard name.hasPrefix(start), let number = UInt64(name.dropFirst(start.count)) else {
            return nil
        }
        let tenant = TenantID(number)
        return alias(of: tenant) == name ? tenant : nil
    }

    /// The index that a rebuild makes.
    func rebuilt(_ number: UInt64) -> String { "\(series.start)rebuilt-\(number)" }
    /// All of those.
    var rebuiltPattern: String { "\(series.start)rebuilt-*" }
    /// All indices and aliases of the series.
    var seriesPattern: String { "\(series.start)*" }

    /// By which a collection that has an index of its own is searched.
    func alias(of collection: CollectionReference) -> String {
        "\(collectionStart)\(collection.tenant.number).\(collection.number)"
    }

    /// Whether an alias of this name is of a collection that has an index of its own.
    func isOfCollection(_ alias: String) -> Bool { alias.hasPrefix(collectionStart) }

    private var collectionStart: String { "\(series.start)collection-" }

    /// All indices that hold documents.
    var placePatterns: [String] { [poolPattern, rebuiltPattern] }

    /// Whether an index of this name is one that holds documents.
    func isPlace(_ name: String) -> Bool { place(ofIndex: name) != nil }

    /// The place of an index: its name, or what it was restored for; nil for other names.
    ///
    /// The latter is an alias of it once it is searched.
    func place(ofIndex name: String) -> String? {
        if isPool(name) || isRebuilt(name) { return name }
        guard name.hasPrefix(restoredStart) else { return nil }
        let parts = name.dropFirst(restoredStart.count).split(separator: "-", maxSplits: 1)
        guard parts.count == 2, let number = UInt64(parts[0]) else { return nil }
        let place = series.start + parts[1]
        let isOwn = isPool(place) || isRebuilt(place)
        return isOwn && restored(place, by: number) == name ? place : nil
    }

    private var restoredStart: String { "\(series.start)restored-" }

    /// The index that a restore makes for a place.
    func restored(_ place: String, by number: UInt64) -> String {
        "\(restoredStart)\(number)-\(place.dropFirst(series.start.count))"
    }

    /// All that a restore makes.
    func restoredPattern(of number: UInt64) -> String { "\(restoredStart)\(number)-*" }

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

extension IndexNames {
    /// All indices and aliases of the operator, and of others whose prefix begins alike.
    var everyPattern: String { "\(series.prefix)-*" }

    /// Whether an index of this name is one of an earlier series.
    func isFormer(_ name: String) -> Bool { series(ofIndex: name).map(series.succeeds) ?? false }

    /// The series of an index that the operator's Docket has made; nil for other names.
    ///
    /// The first indices had none in their names.
    func series(ofIndex name: String) -> IndexSeries? {
        let start = "\(series.prefix)-"
        guard name.hasPrefix(start) else { return nil }
        let parts = name.dropFirst(start.count).split(separator: "-", maxSplits: 1)
        let first = parts.first.flatMap { IndexSeries(start + $0) }
        let found = first ?? IndexSeries(prefix: series.prefix, layout: 0, tokenizer: 0)
        let kind = first == nil ? name.dropFirst(start.count) : parts.last ?? ""
        let isIndex = IndexNames(found).isPlace("\(found.start)\(kind)")
        return isIndex ? found : nil
    }
}
