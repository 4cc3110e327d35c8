internal import DocketCore
internal import Testing

/// Writes: quotas, keys of idempotency, calls that come together, work that is over.
extension DocumentStoreContract {
    static let writing: [ContractCase<any StoreUnderTest>] = [
        .init("quotas reject what goes beyond them, one by one", quotas),
        .init("the same key and body get the same reply, another body an error", idempotency),
        .init("uploads that come together are answered each for itself", together),
        .init("one key in calls that come together is done once", oneKey),
        .init("a call at fault fails alone among those that come together", faults),
        .init("work that is over is not done, and says why", endings),
    ]

    private static func quotas(_ test: any StoreUnderTest) async throws {
        let outcomes = try await test.upload(
            [
                Document(id: "a", title: "1234"), Document(id: "b", title: "12345678"),
                Document(id: "c", title: "1234"), Document(id: "d", title: "1"),
                Document(id: "a", title: "1"),
            ],
            quota: Quota(documents: 2, bytes: 10)
        )
        #expect(outcomes.map(\.code) == [nil, .resourceExhausted, nil, .resourceExhausted, nil])
        #expect(try await test.counts().bytes == 5)
    }

    private static func idempotency(_ test: any StoreUnderTest) async throws {
        func key(_ hash: UInt8, method: UInt16 = 1) -> Idempotency {
            Idempotency(key: [7], method: method, bodyHash: [hash], note: [42])
        }
        func upload(_ title: String, _ key: Idempotency) async throws -> WriteResult {
            try await test.write([Document(id: "a", title: title)], idempotency: key)
        }
        let first = try await upload("one", key(1)).outcomes
        guard case .replayed(let outcomes, let note) = try await upload("one", key(1)) else {
            Issue.record("the upload was done twice")
            return
        }
        #expect(outcomes == first && first.count == 1 && note == [42])
        let code = await thrownCode { _ = try await upload("two", key(2)) }
        #expect(code == .alreadyExists)
        #expect(try await upload("other method", key(2, method: 2)).outcomes.count == 1)
        #expect(try await test.newest("a")?.document.title == "other method")
        // Another tenant's key of the same bytes is another key.
        let other = try await test.stranger("other")
        let theirs = [Document(id: "a", title: "theirs")]
        #expect(try await other.write(theirs, idempotency: key(3)).outcomes.map(\.code) == [nil])
        #expect(try await other.newest("a")?.document.title == "theirs")
    }

    private static func together(_ test: any StoreUnderTest) async throws {
        let outcomes = try await withThrowingTaskGroup(of: [WriteOutcome].self) { group in
            for number in 0..<300 {
                group.addTask {
                    try await test.upload([
                        Document(id: "shared", title: "\(number)"), Document(id: "\(number)"),
                    ])
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let versions = outcomes.flatMap { $0 }.compactMap(\.version)
        #expect(Set(versions).count == 600)
        try await test.index()
        #expect(try await test.counts().indexed == 301)
        let newest = outcomes.compactMap { $0[0].version }.max()
        #expect(try await test.status("shared")?.version == newest)
    }

    private static func oneKey(_ test: any StoreUnderTest) async throws {
        let results = try await withThrowingTaskGroup(of: [WriteOutcome].self) { group in
            for _ in 0..<40 {
                group.addTask {
                    let key = Idempotency(key: [1], method: 1, bodyHash: [1])
                    return try await test.upload([Document(id: "a")], idempotency: key)
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(results.count == 1)
        #expect(try await test.status("a")?.version == results.first?.version)
    }

    private static func faults(_ test: any StoreUnderTest) async throws {
        let gone = test.viewing(try await test.create("gone"))
        _ = try await test.truth.deleteCollection(test.tenant, named: "gone", work: WorkLimit())
        let codes = await withTaskGroup(of: DocketError.Code?.self) { group in
            for number in 0..<60 {
                group.addTask {
                    await thrownCode {
                        let documents = [Document(id: "\(number)")]
                        if number % 3 == 0 {
                            try await gone.upload(documents)
                        } else {
                            try await test.upload(documents)
                        }
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes.filter { $0 == .notFound }.count == 20)
        #expect(codes.filter { $0 == nil }.count == 40)
        #expect(try await test.counts().indexing == 40)
    }

    private static func endings(_ test: any StoreUnderTest) async throws {
        try await test.upload([Document(id: "before")])
        let batch = UploadBatch(
            collection: test.collection,
            documents: try test.bind([Document(id: "after")]),
            quota: Quota(),
            idempotency: nil
        )
        let stopped = WorkLimit()
        stopped.stop()
        let late = WorkLimit(deadlineNanoseconds: 1)
        for (work, code) in [(stopped, DocketError.Code.cancelled), (late, .deadlineExceeded)] {
            let written = await #expect(throws: DocketError.self) {
                _ = try await test.truth.upload(test.tenant, batch, work: work)
            }
            #expect(written?.code == code && written?.isNotProcessed == true)
            let read = await thrownCode {
                _ = try await test.truth.counts(test.tenant, in: test.collection, work: work)
            }
            #expect(read == code)
        }
        #expect(try await test.newest("after") == nil)
    }
}
