internal import CDocketMessages

extension GeneratedMessage {
    /// The requests and replies of the methods that are served, by the contract's names.
    static let all: [String: GeneratedMessage] = [
        "UploadRequest": .init { unsafe docket__v1__upload_request__unpack($0, $1, $2) },
        "UploadReply": .init { unsafe docket__v1__upload_reply__unpack($0, $1, $2) },
        "GetRequest": .init { unsafe docket__v1__get_request__unpack($0, $1, $2) },
        "GetReply": .init { unsafe docket__v1__get_reply__unpack($0, $1, $2) },
        "DeleteRequest": .init { unsafe docket__v1__delete_request__unpack($0, $1, $2) },
        "DeleteReply": .init { unsafe docket__v1__delete_reply__unpack($0, $1, $2) },
        "StatusRequest": .init { unsafe docket__v1__status_request__unpack($0, $1, $2) },
        "StatusReply": .init { unsafe docket__v1__status_reply__unpack($0, $1, $2) },
        "SearchRequest": .init { unsafe docket__v1__search_request__unpack($0, $1, $2) },
        "SearchReply": .init { unsafe docket__v1__search_reply__unpack($0, $1, $2) },
        "StreamRequest": .init { unsafe docket__v1__stream_request__unpack($0, $1, $2) },
        "StreamPart": .init { unsafe docket__v1__stream_part__unpack($0, $1, $2) },
        "SuggestRequest": .init { unsafe docket__v1__suggest_request__unpack($0, $1, $2) },
        "SuggestReply": .init { unsafe docket__v1__suggest_reply__unpack($0, $1, $2) },
        "Collection": .init { unsafe docket__v1__collection__unpack($0, $1, $2) },
        "CreateCollectionRequest": .init {
            unsafe docket__v1__create_collection_request__unpack($0, $1, $2)
        },
        "ListCollectionsRequest": .init {
            unsafe docket__v1__list_collections_request__unpack($0, $1, $2)
        },
        "ListCollectionsReply": .init {
            unsafe docket__v1__list_collections_reply__unpack($0, $1, $2)
        },
        "GetCollectionRequest": .init {
            unsafe docket__v1__get_collection_request__unpack($0, $1, $2)
        },
        "SetSynonymsRequest": .init {
            unsafe docket__v1__set_synonyms_request__unpack($0, $1, $2)
        },
        "Retention": .init { unsafe docket__v1__retention__unpack($0, $1, $2) },
        "SetRetentionRequest": .init {
            unsafe docket__v1__set_retention_request__unpack($0, $1, $2)
        },
        "AddAttributesRequest": .init {
            unsafe docket__v1__add_attributes_request__unpack($0, $1, $2)
        },
        "DeleteCollectionRequest": .init {
            unsafe docket__v1__delete_collection_request__unpack($0, $1, $2)
        },
        "DeleteCollectionReply": .init {
            unsafe docket__v1__delete_collection_reply__unpack($0, $1, $2)
        },
        "Tenant": .init { unsafe docket__v1__tenant__unpack($0, $1, $2) },
        "CreateTenantRequest": .init {
            unsafe docket__v1__create_tenant_request__unpack($0, $1, $2)
        },
        "ListTenantsRequest": .init { unsafe docket__v1__list_tenants_request__unpack($0, $1, $2) },
        "ListTenantsReply": .init { unsafe docket__v1__list_tenants_reply__unpack($0, $1, $2) },
        "SetQuotaRequest": .init { unsafe docket__v1__set_quota_request__unpack($0, $1, $2) },
        "DeleteTenantRequest": .init {
            unsafe docket__v1__delete_tenant_request__unpack($0, $1, $2)
        },
        "DeleteTenantReply": .init { unsafe docket__v1__delete_tenant_reply__unpack($0, $1, $2) },
        "CreateKeyRequest": .init { unsafe docket__v1__create_key_request__unpack($0, $1, $2) },
        "CreateKeyReply": .init { unsafe docket__v1__create_key_reply__unpack($0, $1, $2) },
        "ListKeysRequest": .init { unsafe docket__v1__list_keys_request__unpack($0, $1, $2) },
        "ListKeysReply": .init { unsafe docket__v1__list_keys_reply__unpack($0, $1, $2) },
        "RevokeKeyRequest": .init { unsafe docket__v1__revoke_key_request__unpack($0, $1, $2) },
        "RevokeKeyReply": .init { unsafe docket__v1__revoke_key_reply__unpack($0, $1, $2) },
        "BackupRequest": .init { unsafe docket__v1__backup_request__unpack($0, $1, $2) },
        "BackupProgress": .init { unsafe docket__v1__backup_progress__unpack($0, $1, $2) },
        "RetryFailedRequest": .init { unsafe docket__v1__retry_failed_request__unpack($0, $1, $2) },
        "RebuildRequest": .init { unsafe docket__v1__rebuild_request__unpack($0, $1, $2) },
        "RebuildProgress": .init { unsafe docket__v1__rebuild_progress__unpack($0, $1, $2) },
        "ListIndicesRequest": .init { unsafe docket__v1__list_indices_request__unpack($0, $1, $2) },
        "ListIndicesReply": .init { unsafe docket__v1__list_indices_reply__unpack($0, $1, $2) },
        "ChangeClustersRequest": .init {
            unsafe docket__v1__change_clusters_request__unpack($0, $1, $2)
        },
        "ChangeClustersReply": .init {
            unsafe docket__v1__change_clusters_reply__unpack($0, $1, $2)
        },
        "Index": .init { unsafe docket__v1__index__unpack($0, $1, $2) },
        "VerifyRequest": .init { unsafe docket__v1__verify_request__unpack($0, $1, $2) },
        "VerifyProgress": .init { unsafe docket__v1__verify_progress__unpack($0, $1, $2) },
        "HealthRequest": .init { unsafe docket__v1__health_request__unpack($0, $1, $2) },
        "HealthReply": .init { unsafe docket__v1__health_reply__unpack($0, $1, $2) },
        "SetHoldRequest": .init { unsafe docket__v1__set_hold_request__unpack($0, $1, $2) },
        "SetHoldReply": .init { unsafe docket__v1__set_hold_reply__unpack($0, $1, $2) },
        "RetryFailedProgress": .init {
            unsafe docket__v1__retry_failed_progress__unpack($0, $1, $2)
        },
        "IndexSnapshot": .init { unsafe docket__v1__index_snapshot__unpack($0, $1, $2) },
        "CreateSnapshotRequest": .init {
            unsafe docket__v1__create_snapshot_request__unpack($0, $1, $2)
        },
        "RestoreSnapshotRequest": .init {
            unsafe docket__v1__restore_snapshot_request__unpack($0, $1, $2)
        },
        "RestoreProgress": .init { unsafe docket__v1__restore_progress__unpack($0, $1, $2) },
        "ListSnapshotsRequest": .init {
            unsafe docket__v1__list_snapshots_request__unpack($0, $1, $2)
        },
        "ListSnapshotsReply": .init {
            unsafe docket__v1__list_snapshots_reply__unpack($0, $1, $2)
        },
    ]
}
