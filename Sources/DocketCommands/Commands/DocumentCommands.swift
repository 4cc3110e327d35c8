internal import DocketClient
internal import DocketCore
internal import DocketJSON

extension CommandContext {
    /// Most ids of one call.
    private static let idsMaximum = 1000

    /// `get COLLECTION ID...`.
    func runGet() async throws -> ExitStatus {
        let ids = Array(operands.dropFirst())
        var missing: [String] = []
        try await withClient { client in
            for start in stride(from: 0, to: ids.count, by: Self.idsMaximum) {
                let some = Array(ids[start..<min(ids.count, start + Self.idsMaximum)])
                let reply = try await client.get(some, from: operands[0])
                for found in reply.documents { try write(found) }
                missing += reply.missing
            }
        }
        for id in missing { console.writeErrorLine("docket: no document \(PlainText.line(id))") }
        return missing.isEmpty ? .allWell : .notFound
    }

    /// One document on a line, as an upload takes it; for programs with its version and state.
    private func write(_ found: VersionedDocument) throws {
        var writer = JSONWriter()
        writer.object { writer in
            writer.documentMembers(found.document)
            guard isJSON else { return }
            writer.member("version", found.version)
            writer.member("state", found.state.name)
        }
        try console.writeLine(PlainText.json(writer.text))
    }

    /// `delete COLLECTION ID...` or `delete COLLECTION --filter EXPR`.
    func runDelete() async throws -> ExitStatus {
        let ids = Array(operands.dropFirst())
        let filter = try ArgumentSyntax.filter(self[CommandSettings.filter])
        switch (ids.isEmpty, filter) {
        case (false, nil): return try await delete(ids)
        case (true, let filter?): return try await delete(matching: filter)
        case (true, nil): throw UsageError("nothing to delete: give ids or --filter")
        case (false, .some): throw UsageError("give either ids or --filter")
        }
    }

    private func delete(_ ids: [String]) async throws -> ExitStatus {
        var deleted = 0
        var missing: [String] = []
        try await withClient { client in
            for start in stride(from: 0, to: ids.count, by: Self.idsMaximum) {
                let some = Array(ids[start..<min(ids.count, start + Self.idsMaximum)])
                let reply = try await client.delete(some, from: operands[0])
                deleted += reply.deleted
                missing += reply.missing
            }
        }
        for id in missing { console.writeErrorLine("docket: no document \(PlainText.line(id))") }
        try show(deleted: deleted, missing: missing)
        return missing.isEmpty ? .allWell : .notFound
    }

    private func delete(matching filter: Filter) async throws -> ExitStatus {
        let question = "This deletes all documents of \(operands[0]) that match the filter."
        guard try self[CommandSettings.isConfirmed] || console.confirm(question) else {
            throw UsageError("nothing was deleted")
        }
        let isShown = console.isErrorTerminal && !isJSON
        let deleted = try await withClient { client in
            try await client.delete(matching: filter, from: operands[0]) { count in
                if isShown { console.writeError("\r\(NumberText.grouped(count)) deleted") }
            }
        }
        if isShown { console.writeError("\r\u{1B}[K") }
        try show(deleted: deleted, missing: [])
        return .allWell
    }

    private func show(deleted: Int, missing: [String]) throws {
        try answer {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("deleted", deleted)
                writer.member("missing") { writer in
                    writer.array { writer in for id in missing { writer.value(id) } }
                }
            }
            return writer.text
        } text: {
            "\(NumberText.grouped(deleted)) deleted\n"
        }
    }

    /// `stream COLLECTION [QUERY]`: what is printed is whole lines, whatever ends it.
    func runStream() async throws -> ExitStatus {
        let request = StreamRequest(
            collection: operands[0],
            query: operands.count > 1 ? operands[1] : "",
            match: try match,
            filter: try ArgumentSyntax.filter(self[CommandSettings.filter]),
            cursor: try ArgumentSyntax.cursor(self[CommandSettings.cursor]),
            fields: fields,
            exactWords: self[CommandSettings.exactWords]
        )
        var cursor = request.cursor
        do {
            try await withClient { client in
                for try await part in client.stream(request) {
                    if !part.ignoredTerms.isEmpty {
                        let note = SearchText.ignored(part.ignoredTerms, width: console.width)
                        console.writeErrorLine("docket: \(note)")
                    }
                    for correction in part.corrections {
                        let note = SearchText.corrected(correction, width: console.width)
                        console.writeErrorLine("docket: \(note)")
                    }
                    for found in part.documents { try write(found) }
                    cursor = part.cursor
                }
            }
            return .allWell
        } catch {
            // Not when the reader itself has gone.
            if !cursor.isEmpty, !(error is OutputClosed) {
                let text = CursorText.text(cursor)
                console.writeErrorLine("docket: go on after the last line with --cursor \(text)")
            }
            throw error
        }
    }
}
