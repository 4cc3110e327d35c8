internal import DocketClient
internal import DocketCore
internal import DocketJSON

extension CommandContext {
    /// `admin health`: exits with 6 while a part is not well.
    func runHealth() async throws -> ExitStatus {
        let reply = try await withClient { try await $0.health() }
        try answer {
            Self.json(reply)
        } text: {
            Self.text(reply)
        }
        return reply.isWell ? .allWell : .serverError
    }

    private static func text(_ reply: HealthReply) -> String {
        var table = TextTable([
            ("PART", .left), ("ADDRESS", .left), ("STATE", .left), ("SINCE", .left),
            ("LAST ERROR", .left), ("", .left),
        ])
        for part in reply.parts {
            table.add([
                part.part, part.address.isEmpty ? "-" : part.address, part.state.name,
                time(part.sinceMicroseconds), time(part.lastErrorMicroseconds), part.lastError,
            ])
        }
        var text = "roles: \(reply.roles.joined(separator: ", "))\n" + table.text()
        if let backlog = reply.backlog {
            text +=
                "\(NumberText.grouped(backlog.documents)) documents wait to be indexed, the oldest "
                + "for \(backlog.oldest.components.seconds) s\n"
        }
        return text
    }

    private static func time(_ microseconds: Int64) -> String {
        microseconds == 0 ? "-" : Timestamp.text(microseconds: microseconds)
    }

    private static func json(_ reply: HealthReply) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("well", reply.isWell)
            writer.member("roles") { writer in
                writer.array { writer in for role in reply.roles { writer.value(role) } }
            }
            writer.member("parts") { writer in
                writer.array { writer in for part in reply.parts { write(part, &writer) } }
            }
            guard let backlog = reply.backlog else { return }
            writer.member("waiting", backlog.documents)
            writer.member("oldest_s", backlog.oldest.components.seconds)
        }
        return writer.text
    }

    private static func write(_ part: PartHealth, _ writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("part", part.part)
            writer.member("address", part.address)
            writer.member("state", part.state.name)
            if part.sinceMicroseconds > 0 {
                writer.member("since", Timestamp.text(microseconds: part.sinceMicroseconds))
            }
            guard part.lastErrorMicroseconds > 0 else { return }
            writer.member("last_error", part.lastError)
            writer.member(
                "last_error_at",
                Timestamp.text(microseconds: part.lastErrorMicroseconds)
            )
        }
    }
}
