internal import DocketClient
internal import DocketCore
internal import DocketJSON

extension CommandContext {
    /// `admin hold indexing [--reason TEXT]`.
    func runHold() async throws {
        try requireIndexing()
        let hold = try await withClient { client in
            try await client.holdIndexing(reason: self[CommandSettings.reason] ?? "")
        }
        let since = Timestamp.text(microseconds: hold.sinceMicroseconds)
        try answer {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("held", true)
                writer.member("since", since)
            }
            return writer.text
        } text: {
            "indexing is held since \(since)\n"
        }
    }

    /// `admin release indexing`.
    func runRelease() async throws {
        try requireIndexing()
        try await withClient { try await $0.releaseIndexing() }
        try answer {
            var writer = JSONWriter()
            writer.object { $0.member("held", false) }
            return writer.text
        } text: {
            "indexing goes on\n"
        }
    }

    private func requireIndexing() throws {
        guard operands == ["indexing"] else {
            throw UsageError("\(operands[0]) cannot be held: only indexing can")
        }
    }
}
