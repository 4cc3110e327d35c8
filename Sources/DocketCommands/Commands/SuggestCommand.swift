internal import DocketClient
internal import DocketCore
internal import DocketJSON

extension CommandContext {
    /// `suggest COLLECTION PREFIX`.
    func runSuggest() async throws {
        let request = SuggestRequest(
            collection: operands[0],
            prefix: operands[1],
            limit: self[CommandSettings.suggestions]
        )
        let reply = try await withClient { try await $0.suggest(request) }
        if isJSON { return try console.writeLine(Self.json(reply)) }
        var table = TextTable([("", .left), ("", .left), ("", .right)])
        for suggestion in reply.suggestions {
            table.add([
                PlainText.line(suggestion.text), suggestion.kind.name,
                NumberText.grouped(suggestion.documents),
            ])
        }
        if let corrected = reply.correctedPrefix {
            let text = "nothing begins with \(request.prefix), completed instead: \(corrected)"
            try console.writeLine(PlainText.line(text))
        }
        try console.write(reply.suggestions.isEmpty ? "none\n" : table.text(indent: 0))
    }

    private static func json(_ reply: SuggestReply) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("suggestions") { writer in
                writer.array { writer in
                    for suggestion in reply.suggestions {
                        writer.object { writer in
                            writer.member("text", suggestion.text)
                            writer.member("kind", suggestion.kind.name)
                            writer.member("documents", suggestion.documents)
                        }
                    }
                }
            }
            if let corrected = reply.correctedPrefix {
                writer.member("corrected_prefix", corrected)
            }
            writer.member("approximate", reply.isApproximate)
        }
        return PlainText.json(writer.text)
    }
}

extension Suggestion.Kind {
    fileprivate var name: String { "\(self)" }
}
