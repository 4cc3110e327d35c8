import DocketCore
import DocketMessages

extension ContractText {
    private static let attribute = AttributeDefinition("a", .time, [.filter, .facet])
    private static let attributeText =
        "attributes { name: \"a\" type: ATTRIBUTE_TYPE_TIME filter: true facet: true }"
    private static let attributes = [
        attribute, AttributeDefinition("b", .text, [.sort, .search], language: .german),
    ]
    private static let attributesText = """
        \(attributeText)
        attributes { name: "b" type: ATTRIBUTE_TYPE_TEXT sort: true search: true language: "de" }
        """

    private static let collection = CollectionDescription(
        name: "c",
        attributes: attributes,
        schemaEpoch: 2,
        createdMicroseconds: 3,
        language: .french,
        synonyms: [SynonymRule(["a"], meanings: ["b"])],
        retention: Retention(attribute: "a", days: 9)
    )
    private static let collectionText =
        "name: \"c\"\n\(attributesText)\nschema_epoch: 2 created_us: 3 language: \"fr\" "
        + "synonyms { words: \"a\" meanings: \"b\" } retention { attribute: \"a\" days: 9 }"

    private static let quota = Quota(documents: 0, bytes: 5, collections: 6)
    private static let quotaText = "quota { documents: 0 bytes: 5 collections: 6 }"
    private static let tenant = TenantDescription(name: "t", quota: quota, createdMicroseconds: 7)
    private static let tenantText = "name: \"t\" \(quotaText) created_us: 7"

    private static let index = IndexDescription(
        name: "docket-4.3-pool-000002",
        series: "docket-4.3",
        state: .closed,
        documents: 1,
        deleted: 2,
        bytes: 3,
        createdMicroseconds: 4,
        collections: 5,
        tenants: 6
    )

    private static let indexText =
        "name: \"docket-4.3-pool-000002\" series: \"docket-4.3\" state: INDEX_STATE_CLOSED "
        + "documents: 1 deleted: 2 bytes: 3 created_us: 4 collections: 5 tenants: 6"

    private static let key = KeyDescription(
        id: "k",
        tenant: "t",
        scopes: [.read, .admin],
        createdMicroseconds: 8,
        expiresMicroseconds: 9,
        revokedMicroseconds: 10
    )
    private static let keyText = """
        id: "k" tenant: "t" scopes: "read" scopes: "admin" created_us: 8 expires_us: 9
        revoked_us: 10
        """

    private static var progress: BackupProgress {
        var progress = BackupProgress()
        (progress.tenantsDone, progress.tenantsAll, progress.bytes) = (1, 2, 3)
        return progress
    }

    private static let snapshot = IndexSnapshot(
        name: "s",
        state: .complete,
        beganMicroseconds: 7,
        endedMicroseconds: 8,
        indices: ["i"]
    )
    private static let snapshotText =
        "name: \"s\" state: SNAPSHOT_STATE_COMPLETE began_us: 7 ended_us: 8 indices: \"i\""
    private static var verified: VerifyProgress {
        var found = VerifyProgress()
        (found.documents, found.all, found.waiting) = (1, 2, 3)
        (found.missing, found.extra, found.stale, found.foreign) = (4, 5, 6, 7)
        found.repaired = 8
        return found
    }
    private static let verifiedText = """
        documents: 1 documents_all: 2 waiting: 3 missing: 4 extra: 5 stale: 6 foreign: 7
        repaired: 8
        """

    private static let health = HealthReply(
        roles: ["api"],
        parts: [
            PartHealth(
                part: "p",
                address: "a",
                state: .ejected,
                sinceMicroseconds: 1,
                lastError: "e",
                lastErrorMicroseconds: 2
            )
        ],
        backlog: Backlog(documents: 3, oldest: .milliseconds(4))
    )
    private static let healthText = """
        roles: "api" parts { part: "p" address: "a" state: HEALTH_STATE_EJECTED since_us: 1
        last_error: "e" last_error_us: 2 } backlog { documents: 3 oldest_ms: 4 }
        """

    static let administration = [
        ContractText("Collection", collection, collectionText),
        ContractText(
            "CreateCollectionRequest",
            CreateCollectionRequest(name: "c", attributes: attributes, language: .japanese),
            "name: \"c\"\n\(attributesText)\nlanguage: \"ja\""
        ),
        ContractText(
            "ListCollectionsReply",
            ListCollectionsReply(collections: [collection]),
            "collections { \(collectionText) }"
        ),
        ContractText("GetCollectionRequest", GetCollectionRequest(name: "c"), "name: \"c\""),
        ContractText(
            "AddAttributesRequest",
            AddAttributesRequest(collection: "c", attributes: [attribute]),
            "collection: \"c\" \(attributeText)"
        ),
        ContractText(
            "SetSynonymsRequest",
            SetSynonymsRequest(
                collection: "c",
                rules: [SynonymRule(["a", "b c"]), SynonymRule(["d"], meanings: ["e"])]
            ),
            "collection: \"c\" rules { words: \"a\" words: \"b c\" } "
                + "rules { words: \"d\" meanings: \"e\" }"
        ),
        ContractText("Retention", Retention(attribute: "a", days: 7), "attribute: \"a\" days: 7"),
        ContractText(
            "SetRetentionRequest",
            SetRetentionRequest(
                collection: "c",
                retention: Retention(attribute: "a", days: 7)
            ),
            "collection: \"c\" retention { attribute: \"a\" days: 7 }"
        ),
        ContractText("DeleteCollectionRequest", DeleteCollectionRequest(name: "c"), "name: \"c\""),
        ContractText("Tenant", tenant, tenantText),
        ContractText(
            "CreateTenantRequest",
            CreateTenantRequest(name: "t", quota: quota),
            "name: \"t\" \(quotaText)"
        ),
        ContractText(
            "ListTenantsReply",
            ListTenantsReply(tenants: [tenant]),
            "tenants { \(tenantText) }"
        ),
        ContractText(
            "SetQuotaRequest",
            SetQuotaRequest(tenant: "t", quota: quota),
            "tenant: \"t\" \(quotaText)"
        ),
        ContractText("DeleteTenantRequest", DeleteTenantRequest(name: "t"), "name: \"t\""),
        ContractText(
            "CreateKeyRequest",
            CreateKeyRequest(tenant: "t", scopes: [.write], lifetimeSeconds: 60),
            "tenant: \"t\" scopes: \"write\" lifetime_s: 60"
        ),
        ContractText(
            "CreateKeyReply",
            CreateKeyReply(key: key, secret: "s"),
            "key { \(keyText) } secret: \"s\""
        ),
        ContractText("ListKeysRequest", ListKeysRequest(tenant: "t"), "tenant: \"t\""),
        ContractText("ListKeysReply", ListKeysReply(keys: [key]), "keys { \(keyText) }"),
        ContractText("RevokeKeyRequest", RevokeKeyRequest(id: "k"), "id: \"k\""),
        ContractText("BackupRequest", BackupRequest(folder: "f"), "folder: \"f\""),
        ContractText("BackupProgress", progress, "tenants_done: 1 tenants_all: 2 bytes: 3"),
        ContractText(
            "RetryFailedRequest",
            RetryFailedRequest(tenant: "t", collection: "c"),
            "tenant: \"t\" collection: \"c\""
        ),
        ContractText(
            "RetryFailedProgress",
            RetryFailedProgress(documents: 4),
            "documents: 4"
        ),
        ContractText(
            "RebuildRequest",
            RebuildRequest(tenant: "t", collection: "c"),
            "tenant: \"t\" collection: \"c\""
        ),
        ContractText(
            "RebuildProgress",
            RebuildProgress(documents: 5, all: 6, isSwitched: true),
            "documents: 5 documents_all: 6 switched: true"
        ),
        ContractText("IndexSnapshot", snapshot, snapshotText),
        ContractText("CreateSnapshotRequest", CreateSnapshotRequest(name: "s"), "name: \"s\""),
        ContractText("RestoreSnapshotRequest", RestoreSnapshotRequest(name: "s"), "name: \"s\""),
        ContractText(
            "RestoreProgress",
            RestoreProgress(stage: .filling, documents: 1, removed: 2, all: 3),
            "stage: RESTORE_STAGE_FILLING documents: 1 removed: 2 all: 3"
        ),
        ContractText(
            "ListSnapshotsReply",
            ListSnapshotsReply(snapshots: [snapshot]),
            "snapshots { \(snapshotText) }"
        ),
        ContractText("Index", index, indexText),
        ContractText(
            "ChangeClustersRequest",
            ChangeClustersRequest(action: .switchOver),
            "action: CLUSTER_ACTION_SWITCH"
        ),
        ContractText(
            "ChangeClustersReply",
            ChangeClustersReply(searched: "s", twin: "t", state: .filling, documents: 1, all: 2),
            "searched: \"s\" twin: \"t\" stage: TWIN_STAGE_FILLING documents: 1 documents_all: 2"
        ),
        ContractText(
            "ListIndicesReply",
            ListIndicesReply(indices: [index]),
            "indices { \(indexText) }"
        ),
        ContractText(
            "VerifyRequest",
            VerifyRequest(tenant: "t", collection: "c", sample: 7, repairs: true),
            "tenant: \"t\" collection: \"c\" sample: 7 repair: true"
        ),
        ContractText("VerifyProgress", verified, verifiedText),
        ContractText("HealthReply", health, healthText),
        ContractText(
            "SetHoldRequest",
            SetHoldRequest(isHeld: true, reason: "r"),
            "held: true reason: \"r\""
        ),
        ContractText(
            "SetHoldReply",
            SetHoldReply(hold: IndexingHold(sinceMicroseconds: 1, reason: "r")),
            "hold { since_us: 1 reason: \"r\" }"
        ),
    ]
}
