import DocketCore
import DocketPostgres
import DocketTestKit
import Foundation
import Testing

@testable import DocketElasticsearch

/// The truth and the index, held against each other.
extension ComposedStore {
    /// With the collection as the truth has it now.
    func now() async throws -> ComposedStore {
        let work = WorkLimit(within: .seconds(60))
        return viewing(try await store.collection(tenant, named: collection.name, work: work))
    }

    /// Documents of the collection in an index, whatever the truth says.
    func count(in index: String) async throws -> Int {
        try await server.request("POST", "/\(index)/_refresh")
        let name = IndexedIdentity.collection(tenant, collection.number)
        let reply = try await server.request(
            "POST",
            "/\(index)/_count",
            #"{"query":{"term":{"collection":"\#(name)"}}}"#
        )
        let json = try JSONSerialization.jsonObject(with: Data(reply.utf8)) as? [String: Any]
        return try #require(json?["count"] as? Int)
    }

    /// The truth, what searches see and what the indices of a name or pattern hold are the same.
    func compare(in index: String) async throws {
        let counts = try await counts()
        #expect(counts.indexing == 0 && counts.deleting == 0 && counts.failed == 0)
        #expect(try await count(in: index) == counts.indexed)
        let listed = try await listed()
        #expect(listed.count == counts.indexed)
        try await hearChanges()
        let plan = try plan(SearchRequest(collection: collection.name))
        let scanned = try await scan(plan).flatMap { $0.hits.map(\.document.id) }
        #expect(scanned.sorted() == listed.sorted())
    }
}
