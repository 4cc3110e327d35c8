internal import DocketTestKit
internal import Foundation
internal import Testing

@testable internal import DocketCommands

@Suite("docket tenant, key, collection and admin", .timeLimit(.minutes(2)))
struct AdministrationCommandTests {
    private let library: Library
    private let admin: String

    init() async throws {
        library = try await Library()
        admin = try library.server.administratorKey
    }

    @Test("makes, bounds, lists and deletes tenants")
    func tenants() async throws {
        let made = await library.run(
            "tenant",
            "create",
            "museum",
            "--quota-documents",
            "7",
            key: admin
        )
        #expect(made.status == .allWell)
        #expect(made.output == "tenant museum made\n")
        let twice = await library.run("tenant", "create", "museum", key: admin)
        #expect(twice.status == .wrongUsage)
        let changed = await library.run(
            "tenant",
            "quota",
            "museum",
            "--quota-bytes",
            "9",
            key: admin
        )
        #expect(changed.output == "tenant museum changed\n")
        let list = try await library.run("--json", "tenant", "list", key: admin).json
        let tenants = try #require(list["tenants"] as? [[String: Any]])
        #expect(tenants.map { $0["name"] as? String } == ["library", "museum"])
        #expect(tenants.last?["quota"] as? [String: Int] == ["bytes": 9])
        let deleted = await library.run("tenant", "delete", "museum", "--yes", key: admin)
        #expect(deleted.output == "museum deleted\n")
        let rest = await library.run("tenant", "list", key: admin)
        #expect(rest.lines.count == 2)
        #expect(!rest.output.contains("museum"))
    }

    @Test("prints a new key alone, so that a file keeps it, and revokes it")
    func keys() async throws {
        let made = await library.run(
            "key",
            "create",
            "--tenant",
            "library",
            "--scope",
            "read,write",
            "--expires",
            "30d",
            key: admin
        )
        let secret = try #require(made.lines.first)
        #expect(made.output == secret + "\n")
        #expect(!made.errors.contains(secret))
        #expect(made.errors.hasSuffix(" of tenant library: it is not shown again\n"))
        await #expect(library.run("status", key: secret).status == .allWell)

        let list = await library.run("--json", "key", "list", "--tenant", "library", key: admin)
        #expect(!list.output.contains(secret))
        let keys = try #require(try list.json["keys"] as? [[String: Any]])
        #expect(
            keys.map { $0["scopes"] as? [String] } == [
                ["read", "write", "admin"], ["read", "write"],
            ]
        )
        #expect(keys.map { $0["expires"] == nil } == [true, false])
        let id = try #require(keys.last?["id"] as? String)
        let revoked = await library.run("key", "revoke", id, key: admin)
        #expect(revoked.output == "key \(id) revoked\n")
        await #expect(library.run("status", key: secret).status == .notPermitted)
        let after = await library.run("key", "list", "--tenant", "library", key: admin)
        #expect(after.lines.count == 3)
        #expect(after.lines.first?.hasPrefix("ID ") == true)
    }

    @Test("shows a collection as a file for --schema has it")
    func schema() async throws {
        try await library.makeBooks()
        let shown = try await library.run("--json", "collection", "show", "books").json
        let attributes = try #require(shown["attributes"])
        let file = library.folder.path("schema")
        try JSONSerialization.data(withJSONObject: attributes, options: .sortedKeys)
            .write(to: URL(fileURLWithPath: file))
        let made = await library.run("collection", "create", "copies", "--schema", file)
        #expect(made.status == .allWell)
        #expect(
            made.output == """
                collection copies made
                ATTRIBUTE  TYPE     USES
                authors    keyword  filter,facet,search
                year       number   filter,sort

                """
        )
    }

    @Test("makes a collection of a language, shows it, and names the languages there are")
    func languages() async throws {
        let file = try library.folder.write(
            #"{"text": {"type": "text", "uses": ["search"], "language": "fr"}}"#,
            to: "languages"
        )
        let made = await library.run(
            "collection",
            "create",
            "buecher",
            "--language",
            "de",
            "--schema",
            file
        )
        #expect(
            made.output == """
                collection buecher made
                language de
                ATTRIBUTE  TYPE       USES
                text       text (fr)  search

                """
        )
        let shown = try await library.run("--json", "collection", "show", "buecher").json
        #expect(shown["language"] as? String == "de")
        let attributes = shown["attributes"] as? [String: [String: Any]]
        #expect(attributes?["text"]?["language"] as? String == "fr")
        let wrong = await library.run("collection", "create", "other", "--language", "xx")
        #expect(wrong.status == .wrongUsage)
        #expect(wrong.errors.contains("--language: \"xx\" is no language: ar, ca, da, de, el"))
    }

    @Test("widens, lists and deletes collections, and asks before it deletes")
    func collections() async throws {
        try await library.makeBooks()
        let widened = await library.run(
            "collection",
            "add-attribute",
            "books",
            "--attribute",
            "loaned:boolean:filter"
        )
        #expect(widened.status == .allWell)
        #expect(widened.lines.last == "loaned     boolean  filter")
        let list = await library.run("collection", "list")
        #expect(list.lines.last?.hasPrefix("books           3  ") == true)

        let asked = await library.run("collection", "delete", "books", answer: "no")
        #expect(asked.status == .wrongUsage)
        #expect(asked.errors.hasSuffix("docket: nothing was deleted\n"))
        await #expect(library.run("collection", "show", "books").status == .allWell)
        let deleted = await library.run("collection", "delete", "books", answer: "yes")
        #expect(deleted.status == .allWell)
        #expect(deleted.output == "books deleted\n")
        await #expect(library.run("collection", "show", "books").status == .notFound)
    }

    @Test("queues what failed again, and says how much that is")
    func retryFailed() async throws {
        try await library.makeBooks("{\"id\": \"1\"}\n")
        let all = await library.run("admin", "retry-failed", key: admin)
        #expect(all.status == .allWell)
        #expect(all.output == "0 documents queued again\n")
        let json = await library.run(
            "--json",
            "admin",
            "retry-failed",
            "library",
            "books",
            key: admin
        )
        #expect(try json.json["documents"] as? Int == 0)
        let unknown = await library.run("admin", "retry-failed", "nobody", key: admin)
        #expect(unknown.status == .notFound)
        await #expect(library.run("admin", "retry-failed").status == .notPermitted)
    }

    @Test("says that an embedded store has no index to rebuild")
    func rebuild() async throws {
        try await library.makeBooks()
        let refused = await library.run("admin", "rebuild", "library", "books", key: admin)
        #expect(refused.status == .wrongUsage)
        #expect(refused.errors.contains("there is nothing to rebuild"))
        let none = await library.run("admin", "indices", key: admin)
        #expect(none.errors.contains("there are no indices of a search engine"))
        let cluster = await library.run("admin", "cluster", "show", key: admin)
        #expect(cluster.errors.contains("there is no search engine"))
        let step = await library.run("admin", "cluster", "jump", key: admin)
        #expect(step.status == .wrongUsage)
        #expect(step.errors.contains("they are show, begin, switch, release"))
    }

    @Test("holds indexing and releases it")
    func hold() async throws {
        try await library.makeBooks()
        let held = await library.run(
            "admin",
            "hold",
            "indexing",
            "--reason",
            "more disks",
            key: admin
        )
        #expect(held.status == .allWell)
        #expect(held.output.hasPrefix("indexing is held since "))
        let health = await library.run("admin", "health", key: admin)
        #expect(health.status == .serverError)
        #expect(health.lines.contains { $0.hasPrefix("indexing hold") && $0.contains("held") })
        let wrong = await library.run("admin", "hold", "searches", key: admin)
        #expect(wrong.status == .wrongUsage)
        let released = await library.run("admin", "release", "indexing", key: admin)
        #expect(released.output == "indexing goes on\n")
        await #expect(library.run("admin", "health", key: admin).status == .allWell)
    }

    @Test("says how the server is")
    func health() async throws {
        let well = await library.run("admin", "health", key: admin)
        #expect(well.status == .allWell)
        #expect(well.lines.first == "roles: api, indexer")
        #expect(well.lines.contains { $0.hasPrefix("store          -        up ") })
        #expect(well.lines.contains { $0.hasPrefix("rabbitmq       -        off ") })
        let json = try await library.run("--json", "admin", "health", key: admin).json
        #expect(json["well"] as? Bool == true)
        let parts = try #require(json["parts"] as? [[String: Any]])
        #expect(
            parts.map { $0["state"] as? String } == ["up", "off", "off", "off", "off"]
        )
        await #expect(library.run("admin", "health").status == .notPermitted)
    }

    @Test("says how the files of an embedded store are verified")
    func verify() async throws {
        try await library.makeBooks()
        let refused = await library.run("admin", "verify", "library", "--repair", key: admin)
        #expect(refused.status == .serverError)
        #expect(refused.errors.contains("run docketd verify"))
        await #expect(library.run("admin", "verify", "library").status == .notPermitted)
    }

    @Test("backs the server up into a new directory, once")
    func backup() async throws {
        try await library.makeBooks("{\"id\": \"1\"}\n")
        let directory = library.folder.path("copy")
        let done = await library.run("admin", "backup", directory, key: admin)
        #expect(done.status == .allWell)
        #expect(done.output.hasPrefix("1 of 1 tenants, "))
        #expect(done.output.hasSuffix(" in \(directory)\n"))
        #expect(FileManager.default.fileExists(atPath: directory))
        let again = await library.run("admin", "backup", directory, key: admin)
        #expect(again.status == .wrongUsage)
        let other = library.folder.path("other")
        let json = try await library.run("--json", "admin", "backup", other, key: admin).json
        #expect(json["tenants"] as? Int == 1)
        #expect(json["bytes"] as? Int ?? 0 > 0)
    }
}
