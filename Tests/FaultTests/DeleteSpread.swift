internal import DocketClient
internal import DocketTestKit
internal import Synchronization
internal import Testing

/// Deletes by one server, and how long another still finds what they took.
final class DeleteSpread: Sendable {
    private static let collection = "papers"
    private let count: Int
    private let times = Mutex<[Duration]>([])

    /// So many deletes, one after another.
    init(count: Int) { self.count = count }

    /// Deletes by one client what the other has found and has in its cache.
    func run(_ deleting: DocketClient, _ searching: DocketClient) async throws {
        _ = try await deleting.createCollection(Self.collection)
        let documents = (0..<count).map { Document(id: "paper-\($0)", body: "paper w\($0)") }
        _ = try await deleting.upload(documents, to: Self.collection)
        try await deleting.waitUntilIndexed(Self.collection)
        for number in 0..<count {
            let request = SearchRequest(collection: Self.collection, query: "w\(number)")
            // The index refreshes before the search engine shows it to all.
            while try await searching.search(request).reply.hits.isEmpty {
                try await Task.sleep(for: .milliseconds(5))
            }
            let deleted = try await deleting.delete(["paper-\(number)"], from: Self.collection)
            try #require(deleted.deleted == 1)
            let began = ContinuousClock.now
            #expect(try await deleting.search(request).reply.hits.isEmpty)
            // Asked without a pause, since the time is what is measured.
            while try await !searching.search(request).reply.hits.isEmpty {}
            times.withLock { $0.append(ContinuousClock.now - began) }
        }
    }

    var report: String {
        let sorted = times.withLock { $0.sorted() }
        guard let worst = sorted.last else { return "no deletes" }
        return "\(sorted.count) deletes, seen by another server for: median "
            + "\(sorted[sorted.count / 2]), worst \(worst)"
    }
}
