internal import DocketCore
internal import Testing

/// Documents that are kept for some days after a time that they say themselves.
extension DocumentSearchContract {
    static let retention: [ContractCase<any SearchedStoreUnderTest>] = [
        .init("what was kept for long enough is deleted as by a filter, nothing else is", expired),
        .init("how long documents are kept is part of the schema, until it is changed", isKept),
        .init("only a time that can be filtered by says how long", refused),
    ]

    private static let day: Int64 = 86_400_000_000
    /// 2026-11-28 12:00:00 UTC.
    private static let now: Int64 = 1_795_867_200_000_000

    private static func keeping(
        _ retention: Retention?,
        _ test: any SearchedStoreUnderTest
    ) async throws -> any SearchedStoreUnderTest {
        let changed = try await test.truth.setRetention(
            test.tenant,
            of: test.collection.name,
            retention,
            work: WorkLimit()
        )
        return test.viewing(changed)
    }

    private static func expired(_ test: any SearchedStoreUnderTest) async throws {
        let kept = try await keeping(Retention(attribute: "made", days: 30), test)
        let ages: [(id: String, days: [Int64])] = [
            ("old", [31]), ("older", [400]), ("young", [29]), ("edge", [30]),
            ("both", [400, 3]), ("future", [-10]), ("none", []),
        ]
        try await kept.upload(
            ages.map { id, days in
                let times = days.map { AttributeValue.time(microseconds: now - $0 * day) }
                let attributes = times.isEmpty ? [] : [Attribute("made", times)]
                return Document(id: id, title: "tea", attributes: attributes)
            }
        )
        try await kept.index()
        let stranger = try await kept.stranger("stranger")
        let old = Attribute("made", .time(microseconds: now - 99 * day))
        try await stranger.add(Document(id: "old", title: "tea", attributes: [old]))
        let filter = try #require(kept.collection.schema.expired(at: now))
        var (deleted, next) = (0, UInt64?.some(0))
        while let after = next {
            let result = try await kept.deletion.deleteMatching(
                kept.tenant,
                DeleteSlice(collection: kept.collection, filter: filter, after: after, limit: 1),
                work: WorkLimit()
            )
            deleted += result.deleted
            next = result.next
        }
        #expect(deleted == 2)
        let left = ["both", "edge", "future", "none", "young"]
        // Gone at once, before the index lets go of them.
        #expect(try await kept.ids("tea").sorted() == left)
        #expect(try await kept.newest("old") == nil)
        let state = try await kept.state("older")
        #expect(state == .deleting || state == .deleted)
        try await kept.index()
        #expect(try await kept.ids("tea").sorted() == left)
        #expect(try await kept.search("tea").total.value == left.count)
        #expect(try await stranger.ids("tea") == ["old"])
        // An id comes back as any other that was deleted.
        try await kept.add(Document(id: "old", title: "tea"))
        #expect(try await kept.ids("tea").count == left.count + 1)
    }

    private static func isKept(_ test: any SearchedStoreUnderTest) async throws {
        #expect(test.collection.schema.expired(at: now) == nil)
        let retention = Retention(attribute: "made", days: 36_525)
        let kept = try await keeping(retention, test)
        #expect(kept.collection.schemaEpoch == test.collection.schemaEpoch + 1)
        func stored() async throws -> Retention? {
            try await test.truth.collection(
                test.tenant,
                named: test.collection.name,
                work: WorkLimit()
            ).schema.retention
        }
        #expect(try await stored() == retention)
        let wider = try await test.truth.addAttributes(
            test.tenant,
            to: test.collection.name,
            [AttributeDefinition("extra", .time, [.filter])],
            work: WorkLimit()
        )
        #expect(wider.schema.retention == retention)
        _ = try await keeping(nil, test)
        #expect(try await stored() == nil)
    }

    private static func refused(_ test: any SearchedStoreUnderTest) async throws {
        let wrong = [
            Retention(attribute: "nobody", days: 1), Retention(attribute: "year", days: 1),
            Retention(attribute: "made", days: 0), Retention(attribute: "made", days: 36_526),
        ]
        for retention in wrong {
            #expect(await thrownCode { _ = try await keeping(retention, test) } == .invalidArgument)
        }
    }
}
