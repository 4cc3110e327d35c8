internal import CDocketMessages
package import DocketCore

extension Scopes {
    var wireNames: [String] { Self.names.filter { contains($0.scope) }.map(\.name) }

    /// The scope of this name, or nil for one that is not known here.
    init?(wireName: String) {
        guard let known = Self.names.first(where: { $0.name == wireName }) else { return nil }
        self = known.scope
    }
}

extension KeyDescription: ContractMessage {
    static var initialise: Initialise<Docket__V1__Key> { unsafe docket__v1__key__init }

    static func read(_ fields: Docket__V1__Key) throws(DocketError) -> KeyDescription {
        // A newer peer may know scopes that are not known here; the key is shown without.
        let scopes = unsafe texts(fields.scopes, fields.n_scopes).compactMap(Scopes.init(wireName:))
        return unsafe KeyDescription(
            id: text(fields.id),
            tenant: text(fields.tenant),
            scopes: Scopes(scopes),
            createdMicroseconds: fields.created_us,
            expiresMicroseconds: fields.expires_us == 0 ? nil : fields.expires_us,
            revokedMicroseconds: fields.revoked_us == 0 ? nil : fields.revoked_us
        )
    }

    func write(to fields: inout Docket__V1__Key, _ arena: WritingArena) {
        unsafe fields.id = arena.text(id)
        unsafe fields.tenant = arena.text(tenant)
        unsafe (fields.n_scopes, fields.scopes) = arena.texts(scopes.wireNames)
        fields.created_us = createdMicroseconds
        fields.expires_us = expiresMicroseconds ?? 0
        fields.revoked_us = revokedMicroseconds ?? 0
    }
}

extension CreateKeyRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__CreateKeyRequest> {
        unsafe docket__v1__create_key_request__init
    }

    static func read(
        _ fields: Docket__V1__CreateKeyRequest
    ) throws(DocketError) -> CreateKeyRequest {
        var scopes: Scopes = []
        for name in unsafe texts(fields.scopes, fields.n_scopes) {
            guard let scope = Scopes(wireName: name) else {
                let reason = "there is no scope \(name), they are read, write, admin"
                throw .invalid("scopes", reason)
            }
            scopes.insert(scope)
        }
        let tenant = unsafe text(fields.tenant)
        if scopes.isEmpty { scopes = tenant.isEmpty ? .admin : [.read, .write, .admin] }
        return CreateKeyRequest(
            tenant: tenant,
            scopes: scopes,
            lifetimeSeconds: fields.lifetime_s
        )
    }

    func write(to fields: inout Docket__V1__CreateKeyRequest, _ arena: WritingArena) {
        unsafe fields.tenant = arena.text(tenant)
        unsafe (fields.n_scopes, fields.scopes) = arena.texts(scopes.wireNames)
        fields.lifetime_s = lifetimeSeconds
    }
}

extension CreateKeyReply: ContractMessage {
    static var initialise: Initialise<Docket__V1__CreateKeyReply> {
        unsafe docket__v1__create_key_reply__init
    }

    static func read(_ fields: Docket__V1__CreateKeyReply) throws(DocketError) -> CreateKeyReply {
        try unsafe CreateKeyReply(
            key: message(fields.key)
                ?? KeyDescription(id: "", tenant: "", scopes: [], createdMicroseconds: 0),
            secret: text(fields.secret)
        )
    }

    func write(to fields: inout Docket__V1__CreateKeyReply, _ arena: WritingArena) {
        unsafe fields.key = arena.message(key)
        unsafe fields.secret = arena.text(secret)
    }
}

extension ListKeysRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__ListKeysRequest> {
        unsafe docket__v1__list_keys_request__init
    }

    static func read(
        _ fields: Docket__V1__ListKeysRequest
    ) throws(DocketError) -> ListKeysRequest {
        unsafe ListKeysRequest(tenant: text(fields.tenant))
    }

    func write(to fields: inout Docket__V1__ListKeysRequest, _ arena: WritingArena) {
        unsafe fields.tenant = arena.text(tenant)
    }
}

extension ListKeysReply: ContractMessage {
    static var initialise: Initialise<Docket__V1__ListKeysReply> {
        unsafe docket__v1__list_keys_reply__init
    }

    static func read(_ fields: Docket__V1__ListKeysReply) throws(DocketError) -> ListKeysReply {
        try unsafe ListKeysReply(keys: list(fields.keys, fields.n_keys))
    }

    func write(to fields: inout Docket__V1__ListKeysReply, _ arena: WritingArena) {
        unsafe (fields.n_keys, fields.keys) = arena.list(keys)
    }
}

extension RevokeKeyRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__RevokeKeyRequest> {
        unsafe docket__v1__revoke_key_request__init
    }

    static func read(
        _ fields: Docket__V1__RevokeKeyRequest
    ) throws(DocketError) -> RevokeKeyRequest {
        unsafe RevokeKeyRequest(id: text(fields.id))
    }

    func write(to fields: inout Docket__V1__RevokeKeyRequest, _ arena: WritingArena) {
        unsafe fields.id = arena.text(id)
    }
}

extension RevokeKeyReply: EmptyMessage {
    static var initialise: Initialise<Docket__V1__RevokeKeyReply> {
        unsafe docket__v1__revoke_key_reply__init
    }
}
