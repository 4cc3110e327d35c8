import DocketCore
import DocketSQLite
import DocketTestKit
import Testing

@testable import DocketService

@Suite("Highlights of checked hits", .timeLimit(.minutes(5)))
struct HitHighlightsTests {
    private static let words = [
        "running", "runs", "ran", "university", "universal", "lib-foo", "it's", "naïve", "NAIVE",
        "tea", "teas", "Straße", "STRASSE", "3.14", "x86_64", "東京", "поезд", "a", "😀",
    ]

    private func text(_ count: Int, _ generator: inout SeededGenerator) -> String {
        let spaces = [" ", " ", "  ", "\n", ", ", ". ", "-"]
        return (0..<count).reduce(into: "") { text, _ in
            text += Self.words.randomElement(using: &generator) ?? ""
            text += spaces.randomElement(using: &generator) ?? ""
        }
    }

    private func query(_ generator: inout SeededGenerator) -> String {
        (0..<Int.random(in: 1...4, using: &generator)).map { _ in
            let field =
                ["", "", "title:", "body:", "author:"].randomElement(using: &generator) ?? ""
            let word = Self.words.randomElement(using: &generator) ?? ""
            return switch Int.random(in: 0..<6, using: &generator) {
            case 0: "-\(field)\(word)"
            case 1: "\(field)\(word.prefix(3))*"
            case 2: "\(field)\"\(word) \(Self.words.randomElement(using: &generator) ?? "")\""
            default: "\(field)\(word)"
            }
        }.joined(separator: " ")
    }

    @Test("are those that the embedded store cuts, whatever the texts and queries", .seeded)
    func likeEmbedded() async throws {
        var generator = SeededGenerator()
        try await TestService.run { test in
            let (client, tenant) = try await test.client()
            try await client.create()
            let documents = (0..<120).map { number in
                Document(
                    id: "d\(number)",
                    title: text(Int.random(in: 0...8, using: &generator), &generator),
                    body: text(Int.random(in: 0...120, using: &generator), &generator),
                    attributes: [
                        Attribute(
                            "author",
                            [.string(text(3, &generator)), .string("Tea \(number)")]
                        )
                    ]
                )
            }
            try await client.upload(documents)
            try await test.index(tenant)
            let byID = Dictionary(uniqueKeysWithValues: documents.map { ($0.id, $0) })
            let open = try await test.collections.open(tenant, "papers", work: WorkLimit())
            let binder = SearchBinder(collection: open.collection, limits: Limits())
            var compared = 0
            for _ in 0..<80 {
                let query = query(&generator)
                // What was searched instead of a word is the store's own to mark.
                var request = SearchRequest(
                    collection: "papers",
                    query: query,
                    limit: 50,
                    highlights: ["title", "body", "author"]
                )
                request.exactWords = true
                let plan = try binder.plan(request)
                let highlights = HitHighlights(plan)
                let page = try await test.store.search(tenant, plan, work: WorkLimit())
                for hit in page.hits {
                    let document = try #require(byID[hit.document.id])
                    #expect(highlights.highlights(of: document) == hit.highlights, "\(query)")
                    compared += hit.highlights.count
                }
            }
            #expect(compared > 500)
        }
    }
}
