internal import DocketCore

/// Administration of tenants; the session lets only keys of administration come here.
struct CreateTenantMethod: UnaryMethod {
    let directory: any TenantDirectory
    let limits: Limits

    func answer(
        _ request: CreateTenantRequest,
        _ caller: Caller
    ) async throws(DocketError) -> TenantDescription {
        if let fault = ResourceName.fault(in: request.name, limit: limits.nameBytes) {
            throw .invalid("name", fault)
        }
        let tenant = try await directory.createTenant(
            named: request.name,
            quota: request.quota,
            work: caller.work
        )
        return TenantDescription(tenant)
    }
}

struct ListTenantsMethod: UnaryMethod {
    let directory: any TenantDirectory

    func answer(
        _ request: ListTenantsRequest,
        _ caller: Caller
    ) async throws(DocketError) -> ListTenantsReply {
        let tenants = try await directory.tenants(work: caller.work)
        return ListTenantsReply(tenants: tenants.map { TenantDescription($0) })
    }
}

struct SetQuotaMethod: UnaryMethod {
    let directory: any TenantDirectory
    let authenticator: Authenticator

    func answer(
        _ request: SetQuotaRequest,
        _ caller: Caller
    ) async throws(DocketError) -> TenantDescription {
        var tenant = try await directory.tenantOrError(named: request.tenant, caller.work)
        try await directory.setQuota(request.quota, of: tenant.id, work: caller.work)
        try await authenticator.refresh(work: caller.work)
        tenant.quota = request.quota
        return TenantDescription(tenant)
    }
}

struct DeleteTenantMethod: UnaryMethod {
    let directory: any TenantDirectory
    let authenticator: Authenticator

    func answer(
        _ request: DeleteTenantRequest,
        _ caller: Caller
    ) async throws(DocketError) -> DeleteTenantReply {
        let tenant = try await directory.tenantOrError(named: request.name, caller.work)
        // First the keys, so that nothing is written into what is being deleted.
        authenticator.revokeAll(of: tenant.id)
        guard try await directory.deleteTenant(tenant.id, work: caller.work) else {
            throw DocketError.missing("name", "there is no tenant \(request.name)")
        }
        authenticator.revokeAll(of: tenant.id)
        return DeleteTenantReply()
    }
}

extension TenantDirectory {
    /// - Throws: ``DocketError`` `notFound`.
    func tenantOrError(
        named name: String,
        _ work: WorkLimit
    ) async throws(DocketError) -> Tenant {
        guard let tenant = try await tenant(named: name, work: work) else {
            throw DocketError.missing("tenant", "there is no tenant \(name)")
        }
        return tenant
    }
}
