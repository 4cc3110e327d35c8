import DocketCore
import DocketTestKit
import Testing

@testable import DocketSQLite

@Suite("Compounds of German", .timeLimit(.minutes(5)))
struct GermanCompoundTests {
    private static func store(_ language: Language?) async throws -> TestStore {
        var test = try await TestStore.make()
        test.collection = try await test.store.createCollection(
            test.tenant,
            named: "texte",
            schema: try CollectionSchema([], language: language),
            quota: Quota(),
            work: WorkLimit()
        )
        try await test.upload([
            Document(id: "schiff", title: "Das Schiff"),
            Document(id: "donau", title: "Die Donau", body: "Dampf und Preis, mehrere Arbeiten"),
            Document(id: "dampfschiff", title: "Zwei Dampfschiffe"),
            Document(id: "donaudampfschiff", title: "Ein Donaudampfschiff"),
            Document(id: "arbeitsschiff", title: "Des Arbeitsschiffs"),
            Document(id: "unschiff", title: "Xyzschiff"),
            Document(id: "reis", title: "Reis"),
        ])
        try await test.index()
        return test
    }

    @Test("a word finds what ends with it where the collection has the words before it")
    func finds() async throws {
        let test = try await Self.store(.german)
        let compounds: Set = ["dampfschiff", "donaudampfschiff", "arbeitsschiff"]
        for query in ["Schiff", "schiffe", "Schiffes"] {
            let page = try await test.search(query)
            #expect(Set(page.ids) == compounds.union(["schiff"]), "\(query)")
            #expect(page.ids.first == "schiff" && page.corrections.isEmpty)
        }
        #expect(Set(try await test.ids("Dampfschiff")) == ["dampfschiff", "donaudampfschiff"])
        #expect(try await test.ids("Reis") == ["reis"])
        await test.store.close()
    }

    @Test("what is found is marked and explained as a compound")
    func explains() async throws {
        let test = try await Self.store(.german)
        let hits = try await test.search("Schiff") {
            $0.explains = true
            $0.highlights = ["title"]
        }.hits
        let hit = try #require(hits.first { $0.document.id == "donaudampfschiff" })
        #expect(hit.highlights.first?.ranges == [4..<20])
        #expect(hit.explanation?.parts.map(\.words) == [["schiff"]])
        await test.store.close()
    }

    @Test("words stay as they are where that is asked for, all are demanded, or it is no German")
    func exact() async throws {
        let test = try await Self.store(.german)
        #expect(try await test.ids("Schiff") { $0.exactWords = true } == ["schiff"])
        #expect(try await test.ids("Schiff") { $0.match = .all } == ["schiff"])
        #expect(try await test.ids("title:Schiff") == ["schiff"])
        await test.store.close()
        let other = try await Self.store(nil)
        #expect(try await other.ids("Schiff") == ["schiff"])
        await other.store.close()
    }
}
