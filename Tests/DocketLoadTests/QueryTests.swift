import DocketCommands
import DocketCore
import Testing

@testable import DocketLoad

@Suite("Queries", .timeLimit(.minutes(5)))
struct QueryTests {
    private let attributes = [
        AttributeDefinition("section", .keyword, [.filter, .facet]),
        AttributeDefinition("size", .number, [.filter]),
        AttributeDefinition("note", .keyword, []),
    ]

    private func document(_ number: Int) -> Document {
        Document(
            id: "\(number)",
            title: "Title-\(number) common",
            body: "of a Strange word",
            attributes: [
                Attribute("section", .string("a \"quoted\\\" \(number)")),
                Attribute("size", .number(Double(number) + 0.5)),
                Attribute("note", .string("unfiltered")),
            ]
        )
    }

    private func lines(seed: UInt64, count: Int = 2000) -> [QueryLine] {
        let documents = (0..<50).map(document)
        var queries = QueryDraw(documents, attributes, SeededDraw(seed: seed))
        return (0..<count).map { _ in queries.next() }
    }

    @Test("draws the same queries for the same seed and others for another")
    func seeds() {
        #expect(lines(seed: 7) == lines(seed: 7))
        #expect(lines(seed: 7) != lines(seed: 8))
    }

    @Test("draws the numbers that the seed has always given")
    func numbers() {
        var draw = SeededDraw(seed: 1)
        let numbers = (0..<8).map { _ in draw.number(below: 1000) }
        #expect(numbers == [566, 745, 971, 444, 444, 762, 877, 523])
    }

    @Test("gives queries 1 to 4 words of one document, a fifth a filter, a tenth a facet")
    func shares() throws {
        let lines = lines(seed: 1)
        var lengths: Set<Int> = []
        for line in lines {
            let words = line.query.split(separator: " ")
            lengths.insert(words.count)
            #expect(Set(words).count == words.count)
            #expect(words.allSatisfy { $0.count >= 3 && $0 == $0.lowercased() })
        }
        #expect(lengths == [1, 2, 3, 4])
        #expect((300...500).contains(lines.filter { $0.filter != nil }.count))
        #expect((130...270).contains(lines.filter { $0.facets == ["section"] }.count))
    }

    @Test("writes filters that can be read and that the document's own values meet")
    func filters() throws {
        let values = (0..<50).map { document($0).attributes[0].values[0] }
        for line in lines(seed: 3) {
            guard let text = line.filter else { continue }
            switch try Filter(parsing: text) {
            case .equal("section", let value): #expect(values.contains(value))
            case .range("size", let bounds): #expect(bounds.lower != nil && bounds.includesLower)
            default: Issue.record("\(text)")
            }
        }
    }

    @Test("reads back the lines that it writes")
    func roundTrip() throws {
        var reader = QueryLineReader()
        for line in lines(seed: 5, count: 100) + [QueryLine(query: "a", sort: ["size:desc", "b"])] {
            #expect(try reader.read(Array(line.text.utf8)) == line)
        }
    }

    @Test("takes a line that is no object as the words themselves")
    func plain() throws {
        var reader = QueryLineReader()
        let line = try reader.read(Array("\"web server\" -apache".utf8))
        #expect(line == QueryLine(query: "\"web server\" -apache"))
    }

    @Test(
        "refuses an object that asks for what there is not",
        arguments: [
            #"{"query": 1}"#, #"{"facets": "a"}"#, #"{"facets": [1]}"#, #"{"sort": "a"}"#,
            #"{"filter": []}"#,
            #"{"words": "a"}"#, #"{"query": "a""#,
        ]
    )
    func malformed(line: String) {
        #expect(throws: UsageError.self) {
            var reader = QueryLineReader()
            _ = try reader.read(Array(line.utf8))
        }
    }

    @Test("makes searches of lines")
    func requests() throws {
        let line = QueryLine(
            query: "a",
            filter: "size >= 2",
            facets: ["section:3"],
            sort: ["size:desc"]
        )
        let request = try line.request(in: "books", limit: 5)
        #expect(request.collection == "books")
        #expect(request.limit == 5)
        #expect(request.filter == .range("size", .init(lower: 2)))
        #expect(request.facets == [FacetRequest("section", limit: 3)])
        #expect(request.sort == [SortKey("size", isDescending: true)])
        #expect(throws: DocketError.self) {
            try QueryLine(filter: "size >").request(in: "books", limit: 5)
        }
    }

    @Test("samples every part of a file alike, and all of a short one")
    func sampling() {
        var draw = SeededDraw(seed: 2)
        var short = Reservoir<Document>(capacity: 10)
        for number in 0..<7 { short.offer(document(number), &draw) }
        #expect(short.elements.map(\.id) == (0..<7).map(String.init))

        var firstHalf = 0
        for _ in 0..<200 {
            var sample = Reservoir<Document>(capacity: 10)
            for number in 0..<100 { sample.offer(Document(id: "\(number)"), &draw) }
            #expect(sample.elements.count == 10)
            firstHalf += sample.elements.filter { Int($0.id) ?? 0 < 50 }.count
        }
        #expect((850...1150).contains(firstHalf))
    }
}
