internal import DocketClient
internal import DocketCore
internal import DocketJSON

extension CommandContext {
    /// `admin indices`.
    func runIndices() async throws {
        let indices = try await withClient { try await $0.indices() }
        try answer {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("indices") { writer in
                    writer.array { writer in for index in indices { writer.write(index) } }
                }
            }
            return writer.text
        } text: {
            var table = TextTable([
                ("NAME", .left), ("STATE", .left), ("DOCUMENTS", .right), ("DELETED", .right),
                ("BYTES", .right), ("COLLECTIONS", .right), ("TENANTS", .right), ("MADE", .left),
            ])
            for index in indices {
                table.add([
                    index.name, "\(index.state)", NumberText.grouped(index.documents),
                    NumberText.grouped(index.deleted), NumberText.bytes(index.bytes),
                    NumberText.grouped(index.collections), NumberText.grouped(index.tenants),
                    Timestamp.text(microseconds: index.createdMicroseconds),
                ])
            }
            return table.text()
        }
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ index: IndexDescription) {
        object { writer in
            writer.member("name", index.name)
            writer.member("series", index.series)
            writer.member("state", "\(index.state)")
            writer.member("documents", index.documents)
            writer.member("deleted", index.deleted)
            writer.member("bytes", index.bytes)
            writer.member("created_us", index.createdMicroseconds)
            writer.member("collections", index.collections)
            writer.member("tenants", index.tenants)
        }
    }
}
