internal import DocketClient
internal import DocketCore
internal import DocketJSON

extension CommandContext {
    /// `key create|list|revoke`.
    func runKey(_ action: String) async throws {
        switch action {
        case "create": try await createKey()
        case "revoke":
            try await withClient { try await $0.revokeKey(operands[0]) }
            try answer {
                var writer = JSONWriter()
                writer.object { $0.member("revoked", operands[0]) }
                return writer.text
            } text: {
                "key \(operands[0]) revoked\n"
            }
        default:
            let tenant = self[CommandSettings.tenant] ?? ""
            try show(try await withClient { try await $0.keys(ofTenant: tenant) })
        }
    }

    /// The key alone goes to standard output, so that `>file` keeps it.
    private func createKey() async throws {
        let tenant = self[CommandSettings.tenant] ?? ""
        let names = self[CommandSettings.scopes]
        let isForAdministration = tenant.isEmpty
        let all: Scopes = isForAdministration ? .admin : [.read, .write, .admin]
        let scopes = names.isEmpty ? all : try ArgumentSyntax.scopes(names)
        let lifetime = self[CommandSettings.expires]
        let made = try await withClient {
            try await $0.createKey(forTenant: tenant, scopes: scopes, lifetime: lifetime)
        }
        try answer {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("key", made.secret)
                writer.keyMembers(made.key)
            }
            return writer.text
        } text: {
            made.secret + "\n"
        }
        guard !isJSON else { return }
        let whose = isForAdministration ? "administration" : "tenant \(tenant)"
        console.writeErrorLine("key \(made.key.id) of \(whose): it is not shown again")
    }

    private func show(_ keys: [KeyDescription]) throws {
        try answer {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("keys") { writer in
                    writer.array { writer in
                        for key in keys { writer.object { $0.keyMembers(key) } }
                    }
                }
            }
            return writer.text
        } text: {
            var table = TextTable([
                ("ID", .left), ("TENANT", .left), ("SCOPES", .left), ("MADE", .left),
                ("EXPIRES", .left), ("REVOKED", .left),
            ])
            let time = { (time: Int64?) in time.map(Timestamp.text(microseconds:)) ?? "-" }
            for key in keys {
                table.add([
                    key.id, key.tenant.isEmpty ? "-" : key.tenant,
                    key.scopes.nameList.joined(separator: ","), time(key.createdMicroseconds),
                    time(key.expiresMicroseconds), time(key.revokedMicroseconds),
                ])
            }
            return table.text()
        }
    }
}

extension Scopes {
    fileprivate var nameList: [String] {
        Scopes.names.filter { contains($0.scope) }.map(\.name)
    }
}

extension JSONWriter {
    fileprivate mutating func keyMembers(_ key: KeyDescription) {
        member("id", key.id)
        member("tenant", key.tenant)
        member("scopes") { writer in
            writer.array { writer in for name in key.scopes.nameList { writer.value(name) } }
        }
        timeMember("created", key.createdMicroseconds)
        timeMember("expires", key.expiresMicroseconds)
        timeMember("revoked", key.revokedMicroseconds)
    }
}
