internal import DocketClient
internal import DocketCore
internal import DocketJSON

extension CommandContext {
    /// `collection create|list|show|add-attribute|retention|delete`.
    func runCollection(_ action: String) async throws {
        switch action {
        case "create":
            let attributes = try attributes()
            let language = try self[CommandSettings.language].flatMap {
                try ArgumentSyntax.language($0, in: "--language")
            }
            let collection = try await withClient {
                try await $0.createCollection(
                    operands[0],
                    attributes: attributes,
                    language: language
                )
            }
            try show(collection, heading: "collection \(collection.name) made\n")
        case "add-attribute":
            let attributes = try attributes()
            guard !attributes.isEmpty else {
                throw UsageError("nothing to add: give --attribute or --schema")
            }
            let collection = try await withClient {
                try await $0.addAttributes(attributes, to: operands[0])
            }
            try show(collection, heading: "collection \(collection.name) widened\n")
        case "retention":
            let retention = try retention()
            let collection = try await withClient {
                try await $0.setRetention(retention, of: operands[0])
            }
            try show(collection, heading: "")
        case "show":
            let collection = try await withClient { try await $0.collection(operands[0]) }
            try show(collection, heading: "")
        case "delete":
            try await deleteAfterAsking(
                "This deletes the collection \(operands[0]) and all its documents."
            ) { try await $0.deleteCollection(operands[0]) }
        default:
            try show(try await withClient { try await $0.collections() })
        }
    }

    private func attributes() throws -> [AttributeDefinition] {
        let file = self[CommandSettings.schema]
        let fromFile = try file.map { try ArgumentSyntax.schema(file: $0) } ?? []
        return try fromFile + self[CommandSettings.attributes].map(ArgumentSyntax.attribute)
    }

    /// nil for ever.
    private func retention() throws -> Retention? {
        let isForever = self[CommandSettings.isForever]
        guard operands.count == (isForever ? 1 : 3) else {
            throw UsageError("name an attribute and days, or give --forever")
        }
        guard !isForever else { return nil }
        guard let days = Int(operands[2]), (1...Retention.daysMaximum).contains(days) else {
            throw UsageError("\(operands[2]) is no number of days, 1 to \(Retention.daysMaximum)")
        }
        return Retention(attribute: operands[1], days: days)
    }

    private func show(_ collection: CollectionDescription, heading: String) throws {
        try answer {
            var writer = JSONWriter()
            writer.write(collection)
            return writer.text
        } text: {
            var table = TextTable([("ATTRIBUTE", .left), ("TYPE", .left), ("USES", .left)])
            for attribute in collection.attributes {
                let uses = attribute.uses.nameList.joined(separator: ",")
                let language = attribute.language.map { " (\($0.code))" } ?? ""
                table.add([attribute.name, attribute.type.name + language, uses])
            }
            let language = collection.language.map { "language \($0.code)\n" } ?? ""
            let kept = collection.retention.map { "kept \($0.days) days after \($0.attribute)\n" }
            return heading + language + (kept ?? "")
                + (collection.attributes.isEmpty ? "no attributes\n" : table.text())
        }
    }

    private func show(_ collections: [CollectionDescription]) throws {
        try answer {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("collections") { writer in
                    writer.array { writer in for each in collections { writer.write(each) } }
                }
            }
            return writer.text
        } text: {
            var table = TextTable([("NAME", .left), ("ATTRIBUTES", .right), ("MADE", .left)])
            for collection in collections {
                table.add([
                    collection.name, "\(collection.attributes.count)",
                    Timestamp.text(microseconds: collection.createdMicroseconds),
                ])
            }
            return table.text()
        }
    }
}

extension AttributeUses {
    fileprivate var nameList: [String] {
        AttributeUses.names.filter { contains($0.use) }.map(\.name)
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ collection: CollectionDescription) {
        object { writer in
            writer.member("name", collection.name)
            if let language = collection.language { writer.member("language", language.code) }
            writer.member("attributes") { writer in
                writer.object { writer in
                    for attribute in collection.attributes { writer.member(attribute) }
                }
            }
            if let retention = collection.retention {
                writer.member("retention") { writer in
                    writer.object { writer in
                        writer.member("attribute", retention.attribute)
                        writer.member("days", retention.days)
                    }
                }
            }
            writer.timeMember("created", collection.createdMicroseconds)
        }
    }

    /// As a file for `--schema` has it.
    private mutating func member(_ attribute: AttributeDefinition) {
        member(attribute.name) { writer in
            writer.object { writer in
                writer.member("type", attribute.type.name)
                writer.member("uses") { writer in
                    writer.array { writer in
                        for use in attribute.uses.nameList { writer.value(use) }
                    }
                }
                if let language = attribute.language { writer.member("language", language.code) }
            }
        }
    }
}
