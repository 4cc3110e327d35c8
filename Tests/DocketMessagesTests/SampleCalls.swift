import DocketCore

extension SampleValues {
    mutating func uploadReply() -> UploadReply {
        UploadReply(
            accepted: number(0...1000),
            versions: some { $0.unsigned() },
            rejected: some { sample in
                let (field, reason) = (sample.text(1...12), sample.text())
                return Rejection(
                    item: sample.number(0...1000),
                    id: sample.text(),
                    error: DocketError(
                        DocketError.Code(rawValue: UInt8(sample.number(1...16))),
                        "\(field): \(reason)",
                        details: [.init(field: field, reason: reason)]
                    )
                )
            }
        )
    }

    mutating func indexSnapshot() -> IndexSnapshot {
        IndexSnapshot(
            name: text(),
            state: .init(rawValue: UInt8(number(1...3))) ?? .failed,
            beganMicroseconds: microseconds(),
            endedMicroseconds: microseconds(),
            indices: texts()
        )
    }

    mutating func getRequest() -> GetRequest {
        GetRequest(collection: text(), ids: texts(), fields: maybe { $0.texts() })
    }

    mutating func deleteReply() -> DeleteReply {
        var reply = DeleteReply()
        reply.deleted = number(0...1000)
        reply.missing = texts()
        reply.cursor = bytes()
        return reply
    }

    mutating func statusRequest() -> StatusRequest {
        StatusRequest(collection: text(), ids: texts())
    }

    mutating func streamRequest() -> StreamRequest {
        StreamRequest(
            collection: text(),
            query: text(),
            match: flag() ? .all : .any,
            filter: maybe { $0.filter() },
            cursor: bytes(),
            fields: maybe { $0.texts() }
        )
    }

    mutating func suggestRequest() -> SuggestRequest {
        SuggestRequest(collection: text(), prefix: text(), limit: number(1...50))
    }

    mutating func suggestReply() -> SuggestReply {
        let kinds: [Suggestion.Kind] = [.title, .keyword, .word]
        return SuggestReply(
            some { Suggestion($0.text(), kinds[$0.number(0...2)], documents: $0.count()) },
            correctedPrefix: maybe { "x" + $0.text() },
            isApproximate: flag()
        )
    }

    mutating func createCollectionRequest() -> CreateCollectionRequest {
        CreateCollectionRequest(
            name: text(),
            attributes: collection().attributes,
            language: maybe { $0.language() }
        )
    }

    mutating func addAttributesRequest() -> AddAttributesRequest {
        AddAttributesRequest(collection: text(), attributes: collection().attributes)
    }

    mutating func setSynonymsRequest() -> SetSynonymsRequest {
        SetSynonymsRequest(collection: text(), rules: some { $0.synonymRule() })
    }

    mutating func retention() -> Retention {
        Retention(attribute: text(), days: number(1...36_525))
    }

    mutating func synonymRule() -> SynonymRule { SynonymRule(texts(), meanings: texts()) }

    mutating func listCollectionsReply() -> ListCollectionsReply {
        ListCollectionsReply(collections: some { $0.collection() })
    }

    mutating func tenant() -> TenantDescription {
        TenantDescription(name: text(), quota: quota(), createdMicroseconds: microseconds())
    }

    mutating func createTenantRequest() -> CreateTenantRequest {
        CreateTenantRequest(name: text(), quota: quota())
    }

    mutating func listTenantsReply() -> ListTenantsReply {
        ListTenantsReply(tenants: some { $0.tenant() })
    }

    mutating func setQuotaRequest() -> SetQuotaRequest {
        SetQuotaRequest(tenant: text(), quota: quota())
    }

    /// With a scope: none at all asks for all of them.
    mutating func createKeyRequest() -> CreateKeyRequest {
        CreateKeyRequest(
            tenant: text(),
            scopes: Scopes(rawValue: UInt32(number(1...7))),
            lifetimeSeconds: unsigned()
        )
    }

    mutating func listKeysReply() -> ListKeysReply {
        ListKeysReply(keys: some { $0.createKeyReply().key })
    }

    mutating func index() -> IndexDescription {
        IndexDescription(
            name: text(),
            series: text(),
            state: .former,
            documents: count(),
            deleted: count(),
            bytes: count(),
            createdMicroseconds: Int64(count()),
            collections: count(),
            tenants: count()
        )
    }

    mutating func verifyProgress() -> VerifyProgress {
        var progress = VerifyProgress()
        progress.documents = count()
        progress.all = count()
        progress.waiting = count()
        progress.missing = count()
        progress.extra = count()
        progress.stale = count()
        progress.foreign = count()
        progress.repaired = count()
        return progress
    }

    mutating func healthReply() -> HealthReply {
        HealthReply(
            roles: some { $0.text() },
            parts: some { $0.partHealth() },
            backlog: maybe {
                Backlog(documents: $0.count(), oldest: .milliseconds($0.number(0...99_999)))
            }
        )
    }

    private mutating func partHealth() -> PartHealth {
        PartHealth(
            part: text(),
            address: text(),
            state: HealthState.allCases[number(0...HealthState.allCases.count - 1)],
            sinceMicroseconds: microseconds(),
            lastError: text(),
            lastErrorMicroseconds: microseconds()
        )
    }

    mutating func setHoldReply() -> SetHoldReply {
        SetHoldReply(
            hold: maybe { IndexingHold(sinceMicroseconds: $0.microseconds(), reason: $0.text()) }
        )
    }

    mutating func backupProgress() -> BackupProgress {
        var progress = BackupProgress()
        progress.tenantsDone = count()
        progress.tenantsAll = count()
        progress.bytes = count()
        return progress
    }
}
