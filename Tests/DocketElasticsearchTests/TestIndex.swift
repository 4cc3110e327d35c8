import DocketCore
import DocketSystem
import DocketTelemetry
import DocketTestKit
import Foundation

@testable import DocketElasticsearch

/// An index of its own on an engine that tests share, with a tenant and a collection.
struct TestIndex: Sendable {
    let index: ElasticsearchIndex
    let url: String
    let names: IndexNames
    let log: LogLines
    var tenant = TenantID(1)
    var collection: Collection
    /// The engine where it is none, which ends with this.
    var fake: FakeEngine?

    static let schema: [AttributeDefinition] = [
        AttributeDefinition("author", .keyword, [.filter, .sort, .facet, .search]),
        AttributeDefinition("year", .number, [.filter, .sort, .facet]),
        AttributeDefinition("open", .boolean, [.filter, .facet, .sort]),
        AttributeDefinition("made", .time, [.filter, .sort, .facet]),
        AttributeDefinition("note", .text, [.search]),
        AttributeDefinition("hidden", .keyword),
    ]

    /// On `elasticsearch` or `opensearch`, which tests share.
    static func make(
        _ kind: Engine.Kind,
        _ change: (inout ElasticsearchConfiguration) -> Void = { _ in }
    ) async throws -> TestIndex {
        try make(on: try await server(kind).url, change)
    }

    static func server(_ kind: Engine.Kind) async throws -> SearchServer {
        let settings = ["action.auto_create_index=false"]
        return kind == .opensearch
            ? try await Engines.shared.opensearch(settings: settings)
            : try await Engines.shared.elasticsearch(settings: settings)
    }

    static func make(
        on url: String,
        _ change: (inout ElasticsearchConfiguration) -> Void = { _ in }
    ) throws -> TestIndex {
        var configuration = ElasticsearchConfiguration(urls: [url])
        configuration.prefix = "test-" + UUID().uuidString.lowercased()
        configuration.replicas = 0
        change(&configuration)
        let log = LogLines()
        return TestIndex(
            index: try ElasticsearchIndex(configuration, log: Logger(log)),
            url: url,
            names: IndexNames(configuration.series),
            log: log,
            collection: try collection(number: 1)
        )
    }

    static func collection(number: UInt32) throws -> Collection {
        Collection(
            number: number,
            name: "papers",
            schema: try CollectionSchema(schema),
            schemaEpoch: 1,
            createdMicroseconds: 0
        )
    }

    /// Long enough for an engine on a machine that does much else.
    static func work() -> WorkLimit { WorkLimit(within: .seconds(60)) }

    /// Applies documents under the numbers from `first` on, at `version`; they are not refreshed.
    @discardableResult
    func apply(
        _ documents: [Document],
        from first: UInt64 = 1,
        version: UInt64 = 1
    ) async throws -> [IndexOutcome] {
        let place = try await index.place(for: tenant, work: Self.work())
        let validator = DocumentValidator(schema: collection.schema, limits: Limits())
        let changes = try documents.enumerated().map { offset, document in
            IndexChange(
                tenant: tenant,
                collection: collection,
                number: first + UInt64(offset),
                version: version,
                place: place,
                content: try validator.bind(document)
            )
        }
        return try await index.apply(changes, work: Self.work())
    }

    /// Takes documents out at `version`.
    @discardableResult
    func remove(_ numbers: [UInt64], version: UInt64) async throws -> [IndexOutcome] {
        let place = try await index.place(for: tenant, work: Self.work())
        let changes = numbers.map { number in
            IndexChange(
                tenant: tenant,
                collection: collection,
                number: number,
                version: version,
                place: place,
                content: nil
            )
        }
        return try await index.apply(changes, work: Self.work())
    }

    func refresh() async throws {
        try await index.refresh([IndexPlace(name: names.pool)], work: Self.work())
    }

    func plan(
        _ query: String,
        after position: SearchPosition? = nil,
        _ change: (inout SearchRequest) -> Void = { _ in }
    ) throws -> SearchPlan {
        var request = SearchRequest(collection: collection.name, query: query)
        change(&request)
        return try SearchBinder(collection: collection, limits: Limits())
            .plan(request, after: position)
    }

    func search(
        _ query: String,
        after position: SearchPosition? = nil,
        without removed: RemovedDocuments = RemovedDocuments(),
        _ change: (inout SearchRequest) -> Void = { _ in }
    ) async throws -> IndexPage {
        try await index.search(
            tenant,
            try plan(query, after: position, change),
            without: removed,
            work: Self.work()
        )
    }

    /// The numbers that a search finds.
    func numbers(
        _ query: String,
        _ change: (inout SearchRequest) -> Void = { _ in }
    ) async throws -> [UInt64] {
        try await search(query, change).hits.map(\.number)
    }

    /// Pages until the last, or until `count` hits were had.
    func pages(
        _ query: String,
        upTo count: Int = .max,
        _ change: (inout SearchRequest) -> Void
    ) async throws -> [IndexPage] {
        var pages: [IndexPage] = []
        var plan = try plan(query, change)
        var found = 0
        while true {
            let page = try await index.search(
                tenant,
                plan,
                without: RemovedDocuments(),
                work: Self.work()
            )
            pages.append(page)
            found += page.hits.count
            guard found < count, let position = plan.position(after: page.asSearchPage) else {
                return pages
            }
            plan.after = position
            plan.ignoredTerms = page.ignoredTerms.map(\.place)
        }
    }
}

extension IndexPage {
    /// As a check against the truth that hides nothing would give it.
    var asSearchPage: SearchPage {
        SearchPage(
            hits: hits.map { hit in
                FoundDocument(
                    number: hit.number,
                    version: hit.version,
                    state: .indexed,
                    score: hit.score,
                    sortValues: hit.sortValues,
                    document: Document(id: "\(hit.number)"),
                    highlights: []
                )
            },
            total: total,
            facets: facets,
            isApproximate: isApproximate,
            hasMore: hasMore,
            bestScore: bestScore
        )
    }
}
