import DocketCore
import DocketRuntime
import DocketTestKit
import Testing

@testable import DocketSQLite

@Suite("Files that shrink", .timeLimit(.minutes(5)))
struct ShrinkingTests {
    private static func pages(_ test: TestStore) async throws -> (all: Int64, free: Int64) {
        try await test.store.readers.read(test.tenant, .interactive, nil) { reader in
            func number(_ name: String) throws -> Int64 {
                try reader.connection.first("PRAGMA \(name)", row: { $0.integer(0) }) ?? 0
            }
            return try (number("page_count"), number("freelist_count"))
        }
    }

    private static func upload(_ test: TestStore, _ numbers: Range<Int>) async throws {
        let body = String(repeating: "some words of a long body ", count: 200)
        try await test.upload(
            numbers.map { Document(id: "d\($0)", title: "title \($0)", body: body) }
        )
    }

    @Test("a file of which much is free gives pages back, and finds what it found")
    func shrinks() async throws {
        let test = try await TestStore.make()
        try await Self.upload(test, 0..<1000)
        try await test.index()
        let before = try await Self.pages(test)
        for number in 0..<900 { try await test.delete("d\(number)") }
        try await test.index()
        let after = try await Self.pages(test)
        #expect(after.all < before.all / 2)
        #expect(after.free <= max(256, after.all / 16))
        #expect(try await test.search("body").total == .init(value: 100))
        #expect(try await test.ids("title 950").first == "d950")
        let verdict = try await test.store.readers.read(test.tenant, .interactive, nil) { reader in
            try reader.connection.first("PRAGMA integrity_check", row: { $0.text(0) })
        }
        #expect(verdict == "ok")
        await test.store.close()
    }

    @Test("a file keeps its pages while more than a group of documents waits")
    func waits() async throws {
        let test = try await TestStore.make { $0.indexGroup = 10 }
        try await Self.upload(test, 0..<1000)
        try await test.index()
        for number in 0..<900 { try await test.delete("d\(number)") }
        let writer = test.store.writers
        let needsBehind = try await writer.change(test.tenant, WorkLimit()) {
            try $0.needsShrinking()
        }
        #expect(!needsBehind)
        try await test.index()
        let needsAfter = try await writer.change(test.tenant, WorkLimit()) {
            try $0.needsShrinking()
        }
        let pages = try await Self.pages(test)
        #expect(!needsAfter && pages.free <= max(256, pages.all / 16))
        await test.store.close()
    }
}
