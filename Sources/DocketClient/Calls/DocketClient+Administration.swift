public import DocketCore
internal import DocketMessages
internal import DocketRuntime
internal import DocketSystem

/// Administration: needs a key that belongs to no tenant.
extension DocketClient {
    /// Makes a tenant.
    ///
    /// - Throws: ``DocketError`` `alreadyExists`.
    @discardableResult
    public func createTenant(
        _ name: String,
        quota: Quota = Quota()
    ) async throws(DocketError) -> TenantDescription {
        let request = CreateTenantRequest(name: name, quota: quota)
        return try await call(.createTenant, request, change).value
    }

    /// All tenants, in the order they were made.
    public func tenants() async throws(DocketError) -> [TenantDescription] {
        let reply = try await call(
            .listTenants,
            ListTenantsRequest(),
            lookUp,
            as: ListTenantsReply.self
        )
        return reply.value.tenants
    }

    /// Replaces what a tenant may hold; what it holds already stays.
    @discardableResult
    public func setQuota(
        _ quota: Quota,
        ofTenant name: String
    ) async throws(DocketError) -> TenantDescription {
        var options = change
        options.isRepeatable = true
        let request = SetQuotaRequest(tenant: name, quota: quota)
        return try await call(.setQuota, request, options).value
    }

    /// Deletes a tenant with its keys and all that it holds.
    ///
    /// - Throws: ``DocketError`` `notFound`.
    public func deleteTenant(_ name: String) async throws(DocketError) {
        _ = try await call(
            .deleteTenant,
            DeleteTenantRequest(name: name),
            change,
            as: DeleteTenantReply.self
        )
    }

    /// Makes a key; its secret is in the reply and is shown nowhere again.
    ///
    /// - Parameters:
    ///   - tenant: The name of its tenant; empty for a key of administration.
    ///   - scopes: What it may do.
    ///   - lifetime: How long it is good, in whole seconds; nil for ever.
    /// - Returns: The key.
    /// - Throws: ``DocketError``, such as `notFound` for the tenant.
    public func createKey(
        forTenant tenant: String,
        scopes: Scopes = [.read, .write, .admin],
        lifetime: Duration? = nil
    ) async throws(DocketError) -> CreateKeyReply {
        let request = CreateKeyRequest(
            tenant: tenant,
            scopes: scopes,
            lifetimeSeconds: UInt64(clamping: lifetime?.components.seconds ?? 0)
        )
        return try await call(.createKey, request, change).value
    }

    /// The keys of a tenant, or of administration for an empty name; without their secrets.
    public func keys(ofTenant tenant: String) async throws(DocketError) -> [KeyDescription] {
        let reply = try await call(
            .listKeys,
            ListKeysRequest(tenant: tenant),
            lookUp,
            as: ListKeysReply.self
        )
        return reply.value.keys
    }

    /// Makes a key useless, on every server within 30 s.
    ///
    /// - Throws: ``DocketError`` `notFound`.
    public func revokeKey(_ id: String) async throws(DocketError) {
        _ = try await call(
            .revokeKey,
            RevokeKeyRequest(id: id),
            change,
            as: RevokeKeyReply.self
        )
    }

    /// Copies everything into a new folder of the server while it works.
    ///
    /// - Parameters:
    ///   - folder: On the server; must not exist or be empty.
    ///   - progress: Called for each tenant that is done.
    /// - Returns: What was copied.
    /// - Throws: ``DocketError``; the folder then holds no whole backup.
    @discardableResult
    public func backup(
        into folder: String,
        progress: (BackupProgress) -> Void = { _ in }
    ) async throws(DocketError) -> BackupProgress {
        try await follow(.backup, BackupRequest(folder: folder), progress) ?? BackupProgress()
    }

    /// Has documents that failed indexed once more.
    ///
    /// - Parameters:
    ///   - tenant: Whose; empty for all tenants.
    ///   - collection: Of which collection; empty for all of them.
    ///   - progress: Called after each slice of documents.
    /// - Returns: How many were queued again. They may fail again, as Status then says.
    /// - Throws: ``DocketError`` `notFound`; what was queued before it stays so.
    @discardableResult
    public func retryFailed(
        ofTenant tenant: String = "",
        in collection: String = "",
        progress: (RetryFailedProgress) -> Void = { _ in }
    ) async throws(DocketError) -> Int {
        let request = RetryFailedRequest(tenant: tenant, collection: collection)
        return try await follow(.retryFailed, request, progress)?.documents ?? 0
    }

    /// Makes the index of a collection anew while it is used; the rebuild goes on without its
    /// caller, and who asks again meanwhile follows it.
    ///
    /// - Parameters:
    ///   - collection: Of the tenant.
    ///   - tenant: Whose it is.
    ///   - progress: Called as it goes on.
    /// - Returns: How many documents the new index was given.
    /// - Throws: ``DocketError`` `notFound`; `failedPrecondition` by an embedded server;
    ///   `aborted` with the reason where the old index stays.
    @discardableResult
    public func rebuild(
        _ collection: String,
        ofTenant tenant: String,
        progress: (RebuildProgress) -> Void = { _ in }
    ) async throws(DocketError) -> Int {
        let request = RebuildRequest(tenant: tenant, collection: collection)
        return try await follow(.rebuild, request, progress)?.documents ?? 0
    }

    /// Makes all indices anew from their documents while they are used; it goes on without its
    /// caller, and who asks again meanwhile follows it.
    ///
    /// - Parameter progress: Called as it goes on.
    /// - Returns: How many documents the new indices were given.
    /// - Throws: ``DocketError`` `failedPrecondition` by an embedded server, and while collections
    ///   are rebuilt or a snapshot is restored; `aborted` with the reason where the old indices
    ///   stay.
    @discardableResult
    public func rebuildAll(
        progress: (RebuildProgress) -> Void = { _ in }
    ) async throws(DocketError) -> Int {
        let request = RebuildRequest(tenant: "", collection: "")
        return try await follow(.rebuild, request, progress)?.documents ?? 0
    }

    /// The indices of the search engine that Docket has made.
    ///
    /// - Throws: ``DocketError`` `failedPrecondition` by an embedded server.
    public func indices() async throws(DocketError) -> [IndexDescription] {
        let reply = try await call(
            .listIndices,
            ListIndicesRequest(),
            lookUp,
            as: ListIndicesReply.self
        )
        return reply.value.indices
    }

    /// Leads the index over to another search engine, step by step, or tells how far that is.
    ///
    /// - Throws: ``DocketError`` `failedPrecondition` where the step cannot be taken now, with the
    ///   reason, and by an embedded server.
    public func clusters(
        _ action: ClusterAction = .show
    ) async throws(DocketError) -> ChangeClustersReply {
        let request = ChangeClustersRequest(action: action)
        return try await call(.changeClusters, request, change, as: ChangeClustersReply.self).value
    }

    /// How the server that answers and its engines are, as that server sees them.
    ///
    /// - Returns: Each part with its state, and how much waits to be indexed.
    /// - Throws: ``DocketError`` `permissionDenied` without a key of administration.
    public func health() async throws(DocketError) -> HealthReply {
        try await call(.health, HealthRequest(), lookUp).value
    }

    /// Holds indexing on all servers until it is released: uploads and deletes go on and stay
    /// `indexing` and `deleting`.
    ///
    /// - Parameter reason: For other operators, at most 200 bytes.
    /// - Returns: The hold; of one that is there already the time stays.
    /// - Throws: ``DocketError`` `invalidArgument` for a longer reason.
    @discardableResult
    public func holdIndexing(reason: String = "") async throws(DocketError) -> IndexingHold {
        let request = SetHoldRequest(isHeld: true, reason: reason)
        let reply = try await call(.setHold, request, change, as: SetHoldReply.self).value
        guard let hold = reply.hold else {
            throw DocketError(.internalError, "the server did not say what it holds")
        }
        return hold
    }

    /// Lets indexing go on.
    public func releaseIndexing() async throws(DocketError) {
        let request = SetHoldRequest(isHeld: false)
        _ = try await call(.setHold, request, change, as: SetHoldReply.self)
    }

    /// Compares documents of a tenant with what the index holds, and puts differences right where
    /// asked to; documents that wait to be indexed are none.
    ///
    /// - Parameters:
    ///   - request: Which, and what to do about them.
    ///   - progress: Called as it goes on.
    /// - Returns: What was found in all.
    /// - Throws: ``DocketError`` `notFound`; `unimplemented` by an embedded server, whose files
    ///   `docketd verify` looks at.
    @discardableResult
    public func verify(
        _ request: VerifyRequest,
        progress: (VerifyProgress) -> Void = { _ in }
    ) async throws(DocketError) -> VerifyProgress {
        try await follow(.verify, request, progress) ?? VerifyProgress()
    }

    /// A call that tells how far it is; the last message is what came of it.
    func follow<Progress: WireMessage>(
        _ method: DocketMethod,
        _ request: some WireMessage,
        _ progress: (Progress) -> Void
    ) async throws(DocketError) -> Progress? {
        let options = Options.write(configuration.timeouts.backup)
        let call = CallRunner.Call(
            meta: Self.meta(method, options),
            body: request.encode(),
            isRepeatable: false,
            deadline: .now() + options.timeout
        )
        let replies = try await runner.open(call)
        var last: Progress?
        do throws(DocketError) {
            while let message = try await replies.next(within: options.timeout) {
                let next = try Progress.decode(reply: message)
                last = next
                progress(next)
            }
        } catch {
            await replies.cancel()
            throw error
        }
        return last
    }
}
