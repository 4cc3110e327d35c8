internal import DocketClient
internal import DocketCommands
internal import DocketCore
internal import DocketSettings

/// What `docket-load run` was asked for, checked.
struct LoadPlan: Sendable {
    private static let rateMaximum = 1_000_000.0
    /// Searches at once while the caches are warmed.
    private static let warmingCallers = 8

    let pace: LoadPace
    let duration: Duration
    let mix: CallMix
    let collection: String
    let queriesFile: String?
    let documentsFile: String?
    let freshness: Freshness
    private let batchSize: Int
    private let connections: Int
    private let limit: Int
    private let warms: Bool

    /// - Throws: ``UsageError``.
    init(_ values: SettingValues) throws {
        guard let collection = values[LoadSettings.collection] else {
            throw UsageError("give --collection NAME")
        }
        self.collection = collection
        duration = values[LoadSettings.duration]
        pace = try Self.pace(values)
        mix = try Self.mix(values)
        queriesFile = mix.searches > 0 ? values[LoadSettings.queries] : nil
        documentsFile = mix.uploads > 0 ? values[LoadSettings.documents] : nil
        batchSize = values[LoadSettings.batch]
        connections = values[LoadSettings.connections]
        limit = values[LoadSettings.limit]
        freshness = Freshness(maximumStaleness: values[CommandSettings.maxStale] ?? .zero)
        warms = values[LoadSettings.warms]
    }

    private static func pace(_ values: SettingValues) throws -> LoadPace {
        guard let text = values[LoadSettings.rate] else {
            throw UsageError("give --rate R, or --rate max for a closed loop")
        }
        if text == "max" { return .closed(callers: values[LoadSettings.callers]) }
        let number = text.hasSuffix("/s") ? text.dropLast(2) : text[...]
        guard let rate = Double(number), rate > 0, rate <= rateMaximum else {
            throw UsageError("--rate \(text): is neither max nor calls a second up to 1,000,000")
        }
        return .open(rate: rate, inFlightMaximum: values[LoadSettings.inFlight])
    }

    private static func mix(_ values: SettingValues) throws -> CallMix {
        let hasSearches = values[LoadSettings.queries] != nil
        let hasUploads = values[LoadSettings.documents] != nil
        guard hasSearches || hasUploads else {
            throw UsageError("give --queries FILE, --documents FILE or both")
        }
        let text = values[LoadSettings.mix] ?? (hasUploads ? "0:1" : "1:0")
        guard values[LoadSettings.mix] != nil || hasSearches != hasUploads else {
            throw UsageError("give --mix SEARCHES:UPLOADS, such as 95:5")
        }
        guard let mix = CallMix(parsing: text) else {
            throw UsageError("--mix \(text): is not SEARCHES:UPLOADS, such as 95:5")
        }
        guard hasSearches || mix.searches == 0, hasUploads || mix.uploads == 0 else {
            throw UsageError("--mix \(text): there is no file for some of that")
        }
        return mix
    }

    /// A client that measures each call once, and makes none wait for lack of room.
    var clientConfiguration: ClientConfiguration {
        var configuration = ClientConfiguration()
        configuration.connectionsPerAddress = connections
        configuration.attempts = 1
        switch pace {
        case .open(_, let inFlightMaximum): configuration.waitingCalls = inFlightMaximum
        case .closed(let callers): configuration.waitingCalls = callers
        }
        return configuration
    }

    /// Reads the files, warms the caches if that was asked for, and measures.
    func run(_ client: DocketClient) async throws -> LoadResult {
        // A key that may not, or a collection that is not there, shows before files are read.
        _ = try await client.status(in: collection)
        let calls = OfferedCalls(
            mix: mix,
            requests: try await requests(),
            batches: try await batches(),
            search: { [freshness] request throws(DocketError) in
                try await client.sourceOfSearch(request, freshness: freshness)
            },
            upload: { [collection] documents throws(DocketError) in
                try await client.upload(documents, to: collection)
            }
        )
        if warms { try await warm(client, calls.requests) }
        let run = LoadRun(
            calls: calls,
            pace: pace,
            duration: duration,
            executor: client.executor
        )
        return try await run.run()
    }

    private func requests() async throws -> [SearchRequest] {
        guard let queriesFile else { return [] }
        return try await LoadInput.requests(queriesFile, in: collection, limit: limit)
    }

    private func batches() async throws -> [[Document]] {
        guard let documentsFile else { return [] }
        return try await LoadInput.batches(documentsFile, of: batchSize)
    }

    /// Makes each search once; the first that fails ends the run before it has begun.
    private func warm(_ client: DocketClient, _ requests: [SearchRequest]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, request) in requests.enumerated() {
                if index >= Self.warmingCallers { try await group.next() }
                group.addTask { _ = try await client.search(request) }
            }
            try await group.waitForAll()
        }
    }
}
