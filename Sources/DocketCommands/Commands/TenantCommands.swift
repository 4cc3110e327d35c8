internal import DocketClient
internal import DocketCore
internal import DocketJSON

extension CommandContext {
    /// `tenant create|list|quota|delete`.
    func runTenant(_ action: String) async throws {
        switch action {
        case "create":
            let tenant = try await withClient {
                try await $0.createTenant(operands[0], quota: quota(collections: 100))
            }
            try show(tenant, "made")
        case "quota":
            let tenant = try await withClient {
                try await $0.setQuota(quota(collections: nil), ofTenant: operands[0])
            }
            try show(tenant, "changed")
        case "delete":
            try await deleteAfterAsking(
                "This deletes the tenant \(operands[0]), its keys and all its documents."
            ) { try await $0.deleteTenant(operands[0]) }
        default:
            let tenants = try await withClient { try await $0.tenants() }
            try show(tenants)
        }
    }

    private func quota(collections: Int?) -> Quota {
        Quota(
            documents: self[CommandSettings.quotaDocuments],
            bytes: self[CommandSettings.quotaBytes],
            collections: self[CommandSettings.quotaCollections] ?? collections
        )
    }

    private func show(_ tenant: TenantDescription, _ verb: String) throws {
        try answer {
            var writer = JSONWriter()
            writer.write(tenant)
            return writer.text
        } text: {
            "tenant \(tenant.name) \(verb)\n"
        }
    }

    private func show(_ tenants: [TenantDescription]) throws {
        try answer {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("tenants") { writer in
                    writer.array { writer in for tenant in tenants { writer.write(tenant) } }
                }
            }
            return writer.text
        } text: {
            var table = TextTable([
                ("NAME", .left), ("DOCUMENTS", .right), ("BYTES", .right),
                ("COLLECTIONS", .right), ("MADE", .left),
            ])
            for tenant in tenants {
                table.add([
                    tenant.name, bound(tenant.quota.documents), bound(tenant.quota.bytes),
                    bound(tenant.quota.collections),
                    Timestamp.text(microseconds: tenant.createdMicroseconds),
                ])
            }
            return table.text()
        }
    }

    private func bound(_ value: Int?) -> String { value.map { "≤ \($0)" } ?? "-" }

    /// Deletes what holds other things, if a person or `--yes` says so.
    func deleteAfterAsking(
        _ question: String,
        _ delete: (DocketClient) async throws -> Void
    ) async throws {
        guard try self[CommandSettings.isConfirmed] || console.confirm(question) else {
            throw UsageError("nothing was deleted")
        }
        try await withClient(delete)
        try answer {
            var writer = JSONWriter()
            writer.object { $0.member("deleted", operands[0]) }
            return writer.text
        } text: {
            "\(operands[0]) deleted\n"
        }
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ tenant: TenantDescription) {
        object { writer in
            writer.member("name", tenant.name)
            writer.member("quota") { writer in
                writer.object { writer in
                    let quota = tenant.quota
                    if let documents = quota.documents { writer.member("documents", documents) }
                    if let bytes = quota.bytes { writer.member("bytes", bytes) }
                    if let number = quota.collections { writer.member("collections", number) }
                }
            }
            writer.timeMember("created", tenant.createdMicroseconds)
        }
    }

    /// An instant as RFC 3339.
    mutating func timeMember(_ name: String, _ microseconds: Int64?) {
        guard let microseconds else { return }
        member(name, Timestamp.text(microseconds: microseconds))
    }
}
