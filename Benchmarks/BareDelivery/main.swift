internal import DocketCore
internal import DocketElasticsearch
internal import DocketPostgres
internal import DocketSettings
internal import DocketSystem
internal import DocketTelemetry

// What bringing an index up to the truth costs without Docket's service: the statements and bulks
// of its indexer in bare loops, two at once. `Benchmarks/engines/run` runs this beside docketd.
//
//   bare-delivery all|bulks|statements
//
// `all` leases and sends 1,000 documents at a time, refreshes every 5 s and completes, until the
// outbox is empty. `bulks` leases everything first, times only bulks and refreshes, and gives all
// leases back; `statements` leases and completes without an index. Engines are found by the
// environment of docketd. It prints documents and seconds.

/// What was sent and waits for a refresh.
actor Sent {
    private var waiting: [Lease] = []
    private(set) var count = 0
    private var senders = Delivery.width
    var isOver: Bool { senders == 0 }

    func add(_ leases: [Lease]) {
        waiting += leases
        count += leases.count
    }

    func take() -> [Lease] {
        defer { waiting = [] }
        return waiting
    }

    func senderEnded() { senders -= 1 }
}

/// Changes that were leased beforehand.
actor Prepared {
    private var bulks: [[LeasedChange]]

    init(_ bulks: [[LeasedChange]]) { self.bulks = bulks }

    func next() -> [LeasedChange]? { bulks.popLast() }
}

struct Delivery {
    static let width = 2
    static let bulk = 1000
    static let refreshInterval = Duration.seconds(5)

    let store: PostgresStore
    let index: ElasticsearchIndex
    let place: IndexPlace

    static var work: WorkLimit { WorkLimit(within: .seconds(60)) }

    init() async throws {
        let environment = SettingsFile.environment()
        let login = try Login(
            url: environment["DOCKET_POSTGRES_WORKER"] ?? "",
            passwordFile: environment["DOCKET_POSTGRES_WORKER_PASSWORD_FILE"]
        )
        store = try PostgresStore(PostgresConfiguration(login: login))
        index = try ElasticsearchIndex(
            ElasticsearchConfiguration(urls: [environment["DOCKET_ELASTICSEARCH"] ?? ""]),
            log: .silent
        )
        place = try await index.place(for: TenantID(1), work: Self.work)
    }

    func lease() async throws -> [LeasedChange] {
        let request = LeaseRequest(
            limit: Self.bulk,
            limitBytes: 5 << 20,
            duration: .seconds(600),
            place: place
        )
        return try await store.lease(request, work: Self.work)
    }

    func complete(_ leases: [Lease], foundSince found: MonotonicTime) async throws {
        for start in stride(from: 0, to: leases.count, by: Self.bulk) {
            let part = Array(leases[start..<min(start + Self.bulk, leases.count)])
            try await store.complete(part, foundFor: .now() - found, work: Self.work)
        }
    }

    /// Sends what `next` gives, two at once, and calls `refreshed` after each refresh.
    func run(
        _ next: @escaping @Sendable () async throws -> [LeasedChange]?,
        refreshed: @escaping @Sendable ([Lease], MonotonicTime) async throws -> Void
    ) async throws -> Int {
        let sent = Sent()
        try await withThrowingTaskGroup { group in
            for _ in 0..<Self.width {
                group.addTask {
                    while let changes = try await next(), !changes.isEmpty {
                        let outcomes = try await index.apply(
                            changes.map(\.change),
                            work: Self.work
                        )
                        precondition(outcomes.allSatisfy { $0 == .applied })
                        await sent.add(changes.map(\.lease))
                    }
                    await sent.senderEnded()
                }
            }
            group.addTask {
                var began = MonotonicTime.now()
                while true {
                    let isOver = await sent.isOver
                    guard isOver || .now() - began >= Self.refreshInterval else {
                        try await Task.sleep(for: .milliseconds(10))
                        continue
                    }
                    began = .now()
                    let leases = await sent.take()
                    try await index.refresh([place], work: Self.work)
                    try await refreshed(leases, .now())
                    guard !isOver else { return }
                }
            }
            try await group.waitForAll()
        }
        return await sent.count
    }
}

func seconds(_ work: () async throws -> Int) async throws {
    let begin = MonotonicTime.now()
    let count = try await work()
    print(count, (.now() - begin) / .seconds(1))
}

let delivery = try await Delivery()
switch CommandLine.arguments.dropFirst().first {
case "all":
    try await seconds {
        try await delivery.run {
            try await delivery.lease()
        } refreshed: { leases, found in
            try await delivery.complete(leases, foundSince: found)
        }
    }
case "bulks":
    var bulks: [[LeasedChange]] = []
    while case let changes = try await delivery.lease(), !changes.isEmpty { bulks.append(changes) }
    let prepared = Prepared(bulks)
    try await seconds {
        try await delivery.run {
            await prepared.next()
        } refreshed: { _, _ in
        }
    }
    for bulk in bulks {
        let leases = bulk.map(\.lease)
        try await delivery.store.release(
            leases,
            after: .zero,
            isAttempt: false,
            work: Delivery.work
        )
    }
case "statements":
    try await seconds {
        var count = 0
        while case let changes = try await delivery.lease(), !changes.isEmpty {
            try await delivery.complete(changes.map(\.lease), foundSince: .now())
            count += changes.count
        }
        return count
    }
default:
    print("bare-delivery all|bulks|statements")
}
await delivery.store.close()
delivery.index.close()
