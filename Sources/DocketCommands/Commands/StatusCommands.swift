internal import DocketClient
internal import DocketCore
internal import DocketJSON
internal import DocketSystem

extension CommandContext {
    /// `status [COLLECTION [ID...]]`.
    func runStatus() async throws {
        let ids = Array(operands.dropFirst())
        let collection = operands.first ?? ""
        var whole = StatusReply()
        try await withClient { client in
            var start = 0
            repeat {
                let some = Array(ids[start..<min(ids.count, start + 1000)])
                let reply = try await client.status(of: some, in: collection)
                whole.documents += reply.documents
                whole.missing += reply.missing
                whole.collections = reply.collections
                whole.lag = reply.lag
                start += some.count
            } while start < ids.count
        }
        try answer {
            json(whole)
        } text: {
            ids.isEmpty ? text(whole.collections) + text(whole.lag) : text(whole)
        }
    }

    /// `stats`: what the tenant holds, with sums.
    func runStats() async throws {
        let reply = try await withClient { try await $0.status() }
        var sum = StateCounts()
        for collection in reply.collections { sum.add(collection.counts) }
        try answer {
            json(reply, total: sum)
        } text: {
            text(reply.collections + [CollectionStatus(name: "all", counts: sum)])
                + text(reply.lag)
        }
    }

    private func text(_ collections: [CollectionStatus]) -> String {
        var table = TextTable([
            ("COLLECTION", .left), ("INDEXED", .right), ("INDEXING", .right),
            ("FAILED", .right), ("DELETING", .right), ("SIZE", .right),
        ])
        for collection in collections {
            let counts = collection.counts
            let numbers = [counts.indexed, counts.indexing, counts.failed, counts.deleting]
            let cells = numbers.map(NumberText.grouped) + [NumberText.bytes(counts.bytes)]
            table.add([collection.name] + cells)
        }
        return table.text()
    }

    /// Nothing where no change waits and none was late.
    private func text(_ lag: IndexingLag) -> String {
        var text = ""
        if lag.waiting > 0 {
            text +=
                "\(NumberText.grouped(lag.waiting)) changes wait to be indexed, the oldest for "
                + "\(lag.oldest.components.seconds) s\n"
        }
        if lag.late > 0 {
            text +=
                "\(NumberText.grouped(lag.late)) documents could be found only after 5 minutes\n"
        }
        return text
    }

    private func text(_ reply: StatusReply) -> String {
        var table = TextTable([
            ("ID", .left), ("STATE", .left), ("VERSION", .right), ("INDEXED", .right),
            ("CHANGED", .left), ("REASON", .left),
        ])
        for document in reply.documents {
            table.add([
                document.id, document.state.name, "\(document.version)",
                document.indexedVersion == 0 ? "-" : "\(document.indexedVersion)",
                Timestamp.text(microseconds: document.updatedMicroseconds), document.error,
            ])
        }
        for id in reply.missing { table.add([id, "unknown", "-", "-", "-", ""]) }
        return table.text()
    }

    private func json(_ reply: StatusReply, total: StateCounts? = nil) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            if !reply.documents.isEmpty || !reply.missing.isEmpty {
                writer.member("documents") { writer in
                    writer.array { writer in
                        for document in reply.documents { writer.write(document) }
                    }
                }
                writer.member("missing") { writer in
                    writer.array { writer in for id in reply.missing { writer.value(id) } }
                }
            }
            writer.member("collections") { writer in
                writer.array { writer in
                    for collection in reply.collections {
                        writer.object { writer in
                            writer.member("name", collection.name)
                            writer.countMembers(collection.counts)
                        }
                    }
                }
            }
            writer.member("lag") { writer in
                writer.object { writer in
                    writer.member("waiting", reply.lag.waiting)
                    writer.member("oldest_ms", reply.lag.oldest.wholeNanoseconds / 1_000_000)
                    writer.member("in_time", reply.lag.inTime)
                    writer.member("late", reply.lag.late)
                    writer.member("share_in_time", reply.lag.share)
                }
            }
            guard let total else { return }
            writer.member("total") { writer in writer.object { $0.countMembers(total) } }
        }
        return writer.text
    }
}

extension StateCounts {
    fileprivate mutating func add(_ other: StateCounts) {
        indexing += other.indexing
        indexed += other.indexed
        failed += other.failed
        deleting += other.deleting
        bytes += other.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func countMembers(_ counts: StateCounts) {
        member("indexing", counts.indexing)
        member("indexed", counts.indexed)
        member("failed", counts.failed)
        member("deleting", counts.deleting)
        member("bytes", counts.bytes)
    }

    fileprivate mutating func write(_ status: DocumentStatus) {
        object { writer in
            writer.member("id", status.id)
            writer.member("state", status.state.name)
            writer.member("version", status.version)
            writer.member("indexed_version", status.indexedVersion)
            if !status.error.isEmpty { writer.member("error", status.error) }
            writer.timeMember("created", status.createdMicroseconds)
            writer.timeMember("updated", status.updatedMicroseconds)
        }
    }
}
