import DocketCore
import DocketMessages
import DocketSystem
import DocketWire
import Testing

/// A message in three ways: Docket's value, protobuf-c's code, and samples.
struct ContractCase: Sendable, CustomTestStringConvertible {
    /// The message's name in the contract.
    let testDescription: String
    /// The body of a value by chance.
    let body: @Sendable (inout SampleValues) -> [UInt8]
    /// What Docket writes after it has read a body.
    let rewritten: @Sendable ([UInt8]) throws(DocketError) -> [UInt8]
    /// Records an issue unless a value by chance comes back from protobuf-c as it was.
    let comparesThroughProtobuf: @Sendable (inout SampleValues) throws -> Void

    init<Message: WireMessage & Equatable>(
        _ name: String,
        _ sample: @escaping @Sendable (inout SampleValues) -> Message
    ) {
        testDescription = name
        body = { sample(&$0).encode() }
        rewritten = { (body) throws(DocketError) in try Message.decode(body.rawSpan).encode() }
        comparesThroughProtobuf = { samples in
            let generated = try Self.generated(name)
            let value = sample(&samples)
            let body = value.encode()
            let text = try #require(generated.text(of: body), "protobuf-c cannot read it")
            #expect(!text.split(separator: " ").contains("unknown"), "\(text)")
            let theirs = try #require(generated.repacked(body))
            #expect(theirs == body)
            let back = try Message.decode(theirs.rawSpan)
            #expect(back == value)
        }
    }

    /// protobuf-c's code for the message of this name.
    static func generated(_ name: String) throws -> GeneratedMessage {
        try #require(GeneratedMessage.all[name], "there is no generated code for \(name)")
    }
}

extension ContractCase {
    static let all = documents + searches + collections + administration

    private static let documents = [
        ContractCase("UploadRequest") { $0.uploadRequest() },
        ContractCase("UploadReply") { $0.uploadReply() },
        ContractCase("GetRequest") { $0.getRequest() },
        ContractCase("GetReply") { $0.getReply() },
        ContractCase("DeleteRequest") { $0.deleteRequest() },
        ContractCase("DeleteReply") { $0.deleteReply() },
        ContractCase("StatusRequest") { $0.statusRequest() },
        ContractCase("StatusReply") { $0.statusReply() },
    ]

    private static let searches = [
        ContractCase("SearchRequest") { $0.searchRequest() },
        ContractCase("SearchReply") { $0.searchReply() },
        ContractCase("StreamRequest") { $0.streamRequest() },
        ContractCase("StreamPart") { $0.streamPart() },
        ContractCase("SuggestRequest") { $0.suggestRequest() },
        ContractCase("SuggestReply") { $0.suggestReply() },
    ]

    private static let collections = [
        ContractCase("Collection") { $0.collection() },
        ContractCase("CreateCollectionRequest") { $0.createCollectionRequest() },
        ContractCase("ListCollectionsRequest") { _ in ListCollectionsRequest() },
        ContractCase("ListCollectionsReply") { $0.listCollectionsReply() },
        ContractCase("GetCollectionRequest") { GetCollectionRequest(name: $0.text()) },
        ContractCase("AddAttributesRequest") { $0.addAttributesRequest() },
        ContractCase("SetSynonymsRequest") { $0.setSynonymsRequest() },
        ContractCase("Retention") { $0.retention() },
        ContractCase("SetRetentionRequest") {
            SetRetentionRequest(collection: $0.text(), retention: $0.maybe { $0.retention() })
        },
        ContractCase("DeleteCollectionRequest") { DeleteCollectionRequest(name: $0.text()) },
        ContractCase("DeleteCollectionReply") { _ in DeleteCollectionReply() },
    ]

    private static let administration = [
        ContractCase("Tenant") { $0.tenant() },
        ContractCase("CreateTenantRequest") { $0.createTenantRequest() },
        ContractCase("ListTenantsRequest") { _ in ListTenantsRequest() },
        ContractCase("ListTenantsReply") { $0.listTenantsReply() },
        ContractCase("SetQuotaRequest") { $0.setQuotaRequest() },
        ContractCase("DeleteTenantRequest") { DeleteTenantRequest(name: $0.text()) },
        ContractCase("DeleteTenantReply") { _ in DeleteTenantReply() },
        ContractCase("CreateKeyRequest") { $0.createKeyRequest() },
        ContractCase("CreateKeyReply") { $0.createKeyReply() },
        ContractCase("ListKeysRequest") { ListKeysRequest(tenant: $0.text()) },
        ContractCase("ListKeysReply") { $0.listKeysReply() },
        ContractCase("RevokeKeyRequest") { RevokeKeyRequest(id: $0.text()) },
        ContractCase("RevokeKeyReply") { _ in RevokeKeyReply() },
        ContractCase("BackupRequest") { BackupRequest(folder: $0.text()) },
        ContractCase("BackupProgress") { $0.backupProgress() },
        ContractCase("RetryFailedRequest") {
            RetryFailedRequest(tenant: $0.text(), collection: $0.text())
        },
        ContractCase("RetryFailedProgress") { RetryFailedProgress(documents: $0.count()) },
        ContractCase("RebuildRequest") {
            RebuildRequest(tenant: $0.text(), collection: $0.text())
        },
        ContractCase("RebuildProgress") {
            RebuildProgress(documents: $0.count(), all: $0.count(), isSwitched: true)
        },
        ContractCase("IndexSnapshot") { $0.indexSnapshot() },
        ContractCase("CreateSnapshotRequest") { CreateSnapshotRequest(name: $0.text()) },
        ContractCase("RestoreSnapshotRequest") { RestoreSnapshotRequest(name: $0.text()) },
        ContractCase("RestoreProgress") {
            RestoreProgress(
                stage: .trimming,
                documents: $0.count(),
                removed: $0.count(),
                all: $0.count()
            )
        },
        ContractCase("ListSnapshotsRequest") { _ in ListSnapshotsRequest() },
        ContractCase("ListSnapshotsReply") {
            ListSnapshotsReply(snapshots: $0.some { $0.indexSnapshot() })
        },
        ContractCase("ListIndicesRequest") { _ in ListIndicesRequest() },
        ContractCase("ListIndicesReply") { ListIndicesReply(indices: [$0.index()]) },
        ContractCase("Index") { $0.index() },
        ContractCase("ChangeClustersRequest") { _ in ChangeClustersRequest(action: .release) },
        ContractCase("ChangeClustersReply") {
            ChangeClustersReply(
                searched: $0.text(),
                twin: $0.text(),
                state: .away,
                documents: $0.count(),
                all: $0.count()
            )
        },
        ContractCase("VerifyRequest") {
            VerifyRequest(tenant: $0.text(), collection: $0.text(), sample: $0.count())
        },
        ContractCase("VerifyProgress") { $0.verifyProgress() },
        ContractCase("HealthRequest") { _ in HealthRequest() },
        ContractCase("HealthReply") { $0.healthReply() },
        ContractCase("SetHoldRequest") { SetHoldRequest(isHeld: $0.flag(), reason: $0.text()) },
        ContractCase("SetHoldReply") { $0.setHoldReply() },
    ]
}
