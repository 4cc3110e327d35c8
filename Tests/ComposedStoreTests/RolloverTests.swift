import DocketCore
import DocketPostgres
import DocketSystem
import DocketTestKit
import Foundation
import Testing

@testable import DocketElasticsearch
@testable import DocketService

/// A pool that gets one index after another while it is written and searched.
@Suite(
    "A pool that rolls over",
    .serialized,
    .needs(.postgres, .elasticsearch, .opensearch),
    .timeLimit(.minutes(5))
)
struct RolloverTests {
    private static let engines = [Engine.Kind.elasticsearch, .opensearch]

    private static func work() -> WorkLimit { WorkLimit(within: .seconds(60)) }

    private static func limits(documents: Int) -> RolloverLimits {
        var limits = RolloverLimits()
        limits.documents = documents
        limits.poll = .milliseconds(50)
        return limits
    }

    /// What the documents of a collection are to be, and how they change.
    private struct Model {
        private(set) var titles: [String: Int] = [:]
        private var random = SystemRandomNumberGenerator()

        private func document(_ id: String) -> Document {
            let author = AttributeValue.string("author \(id.utf8.count % 2 + (Int(id) ?? 0) % 7)")
            return Document(
                id: id,
                title: "paper v\(titles[id] ?? 0)",
                attributes: [Attribute("author", author)]
            )
        }

        /// New documents, and new versions of old ones, which stand in any index.
        mutating func grow(_ test: ComposedStore, by count: Int) async throws {
            let start = titles.count * 2
            var ids = (start..<start + count).map { "\($0)" }
            ids += titles.keys.shuffled(using: &random).prefix(count / 3)
            for id in ids { titles[id, default: 0] += 1 }
            try await test.upload(ids.map(document))
        }

        mutating func shrink(_ test: ComposedStore, by count: Int) async throws {
            for id in titles.keys.shuffled(using: &random).prefix(count) {
                titles[id] = nil
                try await test.delete(id)
            }
        }
    }

    @Test(
        "five times under uploads, updates and deletes: all is found once, and as it is now",
        arguments: engines
    )
    func five(_ kind: Engine.Kind) async throws {
        let test = try await ComposedStore(on: kind)
        let stranger = try await test.stranger("stranger")
        try await stranger.upload([Document(id: "theirs", title: "paper")])
        var model = Model()
        try await test.serving(rollover: Self.limits(documents: 100)) { _ in
            while try await test.index.pool(work: Self.work()).count < 6 {
                try await model.grow(test, by: 30)
                try await model.shrink(test, by: 5)
                try await Task.sleep(for: .milliseconds(20))
            }
            while try await test.hasWork() { try await Task.sleep(for: .milliseconds(10)) }
        }
        try await test.compare(in: test.names.poolPattern)
        try await check(test, model.titles)
        #expect(try await stranger.ids("paper") == ["theirs"])
        // A tenant that comes now is found in all of them as well.
        let late = try await test.stranger("late")
        try await late.add(Document(id: "a", title: "paper"))
        #expect(try await late.ids("paper") == ["a"])
        let pool = try await test.index.pool(work: Self.work())
        for tenant in [test.tenant, stranger.tenant, late.tenant] {
            let alias = test.names.alias(of: tenant)
            let reply = try await test.server.request("GET", "/_alias/\(alias)")
            for index in pool { #expect(reply.contains(index.place.name)) }
        }
        let listed = try await test.index.inventory(work: Self.work())
        #expect(listed.map(\.name) == pool.map(\.place.name))
        #expect(listed.reduce(0) { $0 + $1.documents } >= model.titles.count)
        try await test.close()
    }

    private func check(_ test: ComposedStore, _ titles: [String: Int]) async throws {
        let plan = try test.plan(SearchRequest(collection: test.collection.name, query: "paper"))
        let found = try await test.scan(plan).flatMap(\.hits)
        #expect(found.count == titles.count)
        for hit in found {
            let id = hit.document.id
            #expect(hit.document.title == "paper v\(titles[id] ?? -1)", "\(id)")
        }
        let page = try await test.search("paper") { request in
            request.facets = [FacetRequest("author")]
            request.limit = 10
        }
        #expect(page.total.value == titles.count && !page.isApproximate)
        #expect(page.facets[0].reduce(0) { $0 + $1.count } == titles.count)
        let pages = try await test.pages("paper") { $0.limit = 100 }
        let ids = pages.flatMap { $0.hits.map(\.document.id) }
        #expect(ids.count == titles.count && Set(ids) == Set(titles.keys))
    }

    @Test("a facet that cannot be exact over several indices says so")
    func facets() async throws {
        let test = try await ComposedStore(on: .elasticsearch)
        var place = try await test.store.poolPlace(work: Self.work())
        try await test.serving(rollover: Self.limits(documents: 200)) { _ in
            for part in 0..<3 {
                // In each index most values are others, so that none has all of the frequent ones.
                try await test.upload(
                    (0..<400).map { number in
                        Document(
                            id: "\(part) \(number)",
                            attributes: [Attribute("author", .string("\(part) \(number)"))]
                        )
                    }
                )
                // An index that is made takes nothing until the truth names it.
                let before = place
                while place == before {
                    try await Task.sleep(for: .milliseconds(20))
                    place = try await test.store.poolPlace(work: Self.work())
                }
            }
            while try await test.hasWork() { try await Task.sleep(for: .milliseconds(10)) }
        }
        let page = try await test.search("") { request in
            var facet = FacetRequest("author")
            facet.limit = 5
            request.facets = [facet]
        }
        #expect(page.total.value == 1200)
        #expect(page.isApproximate)
        try await test.close()
    }

    /// Words as unevenly spread over documents, and over indices, as languages spread theirs.
    private static func texts(_ part: Int) -> [Document] {
        (0..<100).map { number in
            let words = (1...20).filter { (number * 7 + part * 3) % $0 == 0 }.map { "word\($0)" }
            let rest = String(repeating: "filler ", count: (number + part * 40) % 30)
            return Document(
                id: "\(part) \(number)",
                title: words.prefix(3).joined(separator: " "),
                body: words.joined(separator: " ") + " " + rest
            )
        }
    }

    @Test("several indices rank as one", arguments: engines)
    func ranks(_ kind: Engine.Kind) async throws {
        let one = try await ComposedStore(on: kind)
        let several = try await ComposedStore(on: kind)
        let work = Self.work()
        var place = IndexPlace(name: several.names.pool)
        for part in 0..<3 {
            for test in [one, several] {
                try await test.upload(Self.texts(part))
                try await test.index()
            }
            let next = try await several.index.makeNext(after: place, work: work)
            try await several.index.attachAliases(to: next, work: work)
            #expect(
                try await several.store.rollOver(
                    from: part == 0 ? nil : place,
                    to: next,
                    work: work
                )
            )
            place = next
        }
        for query in ["word7", "word2 word3", "word5 word11 filler", "word13 word17 word19 word6"] {
            let (expected, found) = (try await one.search(query), try await several.search(query))
            #expect(expected.ids == found.ids, "\(query)")
            #expect(expected.total == found.total)
        }
        try await one.close()
        try await several.close()
    }

    @Test("a crash between any two steps is taken up by the next server")
    func crashes() async throws {
        let test = try await ComposedStore(on: .elasticsearch)
        let (store, index, work) = (test.store, test.index, Self.work())
        try await test.add(Document(id: "a", title: "x"))
        let first = IndexPlace(name: test.names.pool)
        let claim = try #require(try await store.claimPool(for: .zero, work: work))
        #expect(claim.place == nil)
        // Made and left: nothing goes there.
        let next = try await index.makeNext(after: first, work: work)
        try await test.add(Document(id: "b", title: "x"))
        #expect(try await test.count(in: next.name) == 0)
        // Made once more, given its aliases, and left again.
        #expect(try await index.makeNext(after: first, work: work) == next)
        try await index.attachAliases(to: next, work: work)
        try await test.add(Document(id: "c", title: "x"))
        #expect(try await test.count(in: next.name) == 0)
        #expect(try await store.rollOver(from: nil, to: next, work: work))
        // Who was late changes nothing.
        #expect(try await !store.rollOver(from: nil, to: first, work: work))
        try await test.add(Document(id: "d", title: "x"), Document(id: "a", title: "x y"))
        #expect(try await test.count(in: next.name) == 1)
        #expect(try await test.ids("x").sorted() == ["a", "b", "c", "d"])
        #expect(try await test.ids("y") == ["a"])
        #expect(try await store.claimPool(for: .seconds(60), work: work)?.place == next)
        #expect(try await store.claimPool(for: .seconds(60), work: work) == nil)
        try await index.expunge(first, work: work)
        try await test.close()
    }
}
