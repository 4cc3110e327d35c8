internal import CDocketMessages
package import DocketCore

extension Quota: ContractMessage {
    static var initialise: Initialise<Docket__V1__Quota> { unsafe docket__v1__quota__init }

    static func read(_ fields: Docket__V1__Quota) throws(DocketError) -> Quota {
        var quota = Quota(collections: nil)
        if fields.documents_bound_case.rawValue != 0 {
            quota.documents = Int(clamping: fields.documents)
        }
        if fields.bytes_bound_case.rawValue != 0 {
            quota.bytes = Int(clamping: fields.bytes)
        }
        if fields.collections_bound_case.rawValue != 0 {
            quota.collections = Int(clamping: fields.collections)
        }
        return quota
    }

    func write(to fields: inout Docket__V1__Quota, _ arena: WritingArena) {
        if let documents {
            fields.documents_bound_case = DOCKET__V1__QUOTA__DOCUMENTS_BOUND_DOCUMENTS
            fields.documents = UInt64(clamping: documents)
        }
        if let bytes {
            fields.bytes_bound_case = DOCKET__V1__QUOTA__BYTES_BOUND_BYTES
            fields.bytes = UInt64(clamping: bytes)
        }
        if let collections {
            fields.collections_bound_case = DOCKET__V1__QUOTA__COLLECTIONS_BOUND_COLLECTIONS
            fields.collections = UInt64(clamping: collections)
        }
    }
}

// MARK: - Tenants

extension TenantDescription: ContractMessage {
    static var initialise: Initialise<Docket__V1__Tenant> { unsafe docket__v1__tenant__init }

    static func read(_ fields: Docket__V1__Tenant) throws(DocketError) -> TenantDescription {
        try unsafe TenantDescription(
            name: text(fields.name),
            quota: message(fields.quota) ?? Quota(),
            createdMicroseconds: fields.created_us
        )
    }

    func write(to fields: inout Docket__V1__Tenant, _ arena: WritingArena) {
        unsafe fields.name = arena.text(name)
        unsafe fields.quota = arena.message(quota)
        fields.created_us = createdMicroseconds
    }
}

extension CreateTenantRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__CreateTenantRequest> {
        unsafe docket__v1__create_tenant_request__init
    }

    static func read(
        _ fields: Docket__V1__CreateTenantRequest
    ) throws(DocketError) -> CreateTenantRequest {
        try unsafe CreateTenantRequest(
            name: text(fields.name),
            quota: message(fields.quota) ?? Quota()
        )
    }

    func write(to fields: inout Docket__V1__CreateTenantRequest, _ arena: WritingArena) {
        unsafe fields.name = arena.text(name)
        unsafe fields.quota = arena.message(quota)
    }
}

extension SetQuotaRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__SetQuotaRequest> {
        unsafe docket__v1__set_quota_request__init
    }

    static func read(
        _ fields: Docket__V1__SetQuotaRequest
    ) throws(DocketError) -> SetQuotaRequest {
        guard let quota: Quota = try unsafe message(fields.quota) else {
            throw .invalid("quota", "is missing")
        }
        return unsafe SetQuotaRequest(tenant: text(fields.tenant), quota: quota)
    }

    func write(to fields: inout Docket__V1__SetQuotaRequest, _ arena: WritingArena) {
        unsafe fields.tenant = arena.text(tenant)
        unsafe fields.quota = arena.message(quota)
    }
}

extension ListTenantsRequest: EmptyMessage {
    static var initialise: Initialise<Docket__V1__ListTenantsRequest> {
        unsafe docket__v1__list_tenants_request__init
    }
}

extension ListTenantsReply: ContractMessage {
    static var initialise: Initialise<Docket__V1__ListTenantsReply> {
        unsafe docket__v1__list_tenants_reply__init
    }

    static func read(
        _ fields: Docket__V1__ListTenantsReply
    ) throws(DocketError) -> ListTenantsReply {
        try unsafe ListTenantsReply(tenants: list(fields.tenants, fields.n_tenants))
    }

    func write(to fields: inout Docket__V1__ListTenantsReply, _ arena: WritingArena) {
        unsafe (fields.n_tenants, fields.tenants) = arena.list(tenants)
    }
}

extension DeleteTenantRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__DeleteTenantRequest> {
        unsafe docket__v1__delete_tenant_request__init
    }

    static func read(
        _ fields: Docket__V1__DeleteTenantRequest
    ) throws(DocketError) -> DeleteTenantRequest {
        unsafe DeleteTenantRequest(name: text(fields.name))
    }

    func write(to fields: inout Docket__V1__DeleteTenantRequest, _ arena: WritingArena) {
        unsafe fields.name = arena.text(name)
    }
}

extension DeleteTenantReply: EmptyMessage {
    static var initialise: Initialise<Docket__V1__DeleteTenantReply> {
        unsafe docket__v1__delete_tenant_reply__init
    }
}

// MARK: - Backups

extension BackupRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__BackupRequest> {
        unsafe docket__v1__backup_request__init
    }

    static func read(_ fields: Docket__V1__BackupRequest) throws(DocketError) -> BackupRequest {
        unsafe BackupRequest(folder: text(fields.folder))
    }

    func write(to fields: inout Docket__V1__BackupRequest, _ arena: WritingArena) {
        unsafe fields.folder = arena.text(folder)
    }
}

extension BackupProgress: ContractMessage {
    static var initialise: Initialise<Docket__V1__BackupProgress> {
        unsafe docket__v1__backup_progress__init
    }

    static func read(_ fields: Docket__V1__BackupProgress) throws(DocketError) -> BackupProgress {
        var progress = BackupProgress()
        progress.tenantsDone = Int(clamping: fields.tenants_done)
        progress.tenantsAll = Int(clamping: fields.tenants_all)
        progress.bytes = Int(clamping: fields.bytes)
        return progress
    }

    func write(to fields: inout Docket__V1__BackupProgress, _ arena: WritingArena) {
        fields.tenants_done = UInt64(clamping: tenantsDone)
        fields.tenants_all = UInt64(clamping: tenantsAll)
        fields.bytes = UInt64(clamping: bytes)
    }
}
