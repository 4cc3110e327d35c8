internal import DocketClient
internal import DocketCore
internal import DocketJSON

extension CommandContext {
    /// `admin snapshot create|list|restore`.
    func runSnapshot(_ action: String) async throws {
        switch action {
        case "create": try await createSnapshot()
        case "restore": try await restoreSnapshot()
        default: try show(try await withClient { try await $0.snapshots() })
        }
    }

    private func createSnapshot() async throws {
        let made = try await withProgress { client, show in
            try await client.createSnapshot(operands.first ?? "") { show("\($0.name) is made") }
        }
        guard let made else { return }
        try answer {
            var writer = JSONWriter()
            writer.object { $0.snapshotMembers(made) }
            return writer.text
        } text: {
            "\(made.name): \(NumberText.grouped(made.indices.count)) indices\n"
        }
    }

    private func restoreSnapshot() async throws {
        let end = try await withProgress { client, show in
            try await client.restoreSnapshot(operands[0]) { progress in
                let given = NumberText.grouped(progress.documents)
                let removed = NumberText.grouped(progress.removed)
                show("\(progress.stage): \(removed) documents taken out, \(given) put in")
            }
        }
        guard let end else { return }
        try answer {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("documents", end.documents)
                writer.member("removed", end.removed)
                writer.member("documents_all", end.all)
            }
            return writer.text
        } text: {
            "\(operands[0]) restored: \(NumberText.grouped(end.documents)) documents put in, "
                + "\(NumberText.grouped(end.removed)) taken out since\n"
        }
    }

    private func show(_ snapshots: [IndexSnapshot]) throws {
        try answer {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("snapshots") { writer in
                    writer.array { writer in
                        for snapshot in snapshots {
                            writer.object { $0.snapshotMembers(snapshot) }
                        }
                    }
                }
            }
            return writer.text
        } text: {
            var table = TextTable([
                ("NAME", .left), ("STATE", .left), ("BEGAN", .left), ("ENDED", .left),
                ("INDICES", .right),
            ])
            let time = { (time: Int64) in time == 0 ? "-" : Timestamp.text(microseconds: time) }
            for snapshot in snapshots {
                table.add([
                    snapshot.name, "\(snapshot.state)", time(snapshot.beganMicroseconds),
                    time(snapshot.endedMicroseconds), "\(snapshot.indices.count)",
                ])
            }
            return table.text()
        }
    }
}

extension JSONWriter {
    fileprivate mutating func snapshotMembers(_ snapshot: IndexSnapshot) {
        member("name", snapshot.name)
        member("state", "\(snapshot.state)")
        member("began_us", snapshot.beganMicroseconds)
        member("ended_us", snapshot.endedMicroseconds)
        member("indices") { writer in
            writer.array { list in
                for index in snapshot.indices { list.value(index) }
            }
        }
    }
}
