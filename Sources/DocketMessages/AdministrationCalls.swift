package import DocketCore
package import DocketWire

extension Quota: WireMessage {
    package static func read(_ body: RawSpan) throws -> Quota {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1, 2, 3)
        var quota = Quota(collections: nil)
        while let field = try check.next(&reader) {
            switch field.number {
            case 1: quota.documents = Int(clamping: try reader.readNumber(field) as UInt64)
            case 2: quota.bytes = Int(clamping: try reader.readNumber(field) as UInt64)
            case 3: quota.collections = Int(clamping: try reader.readNumber(field) as UInt64)
            default: try check.skip(field, &reader)
            }
        }
        return quota
    }

    package func write(to writer: inout ByteWriter) {
        if let documents { writer.appendPresentField(1, UInt64(clamping: documents)) }
        if let bytes { writer.appendPresentField(2, UInt64(clamping: bytes)) }
        if let collections { writer.appendPresentField(3, UInt64(clamping: collections)) }
    }
}

/// A name with a quota: several messages have this shape.
private struct NamedQuota {
    var name = ""
    var quota: Quota?
    var createdMicroseconds: Int64 = 0

    init(_ body: RawSpan) throws {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1, 2, 3)
        while let field = try check.next(&reader) {
            switch field.number {
            case 1: name = try reader.readString(field)
            case 2: quota = try Quota.read(try reader.readBytes(field))
            case 3: createdMicroseconds = Int64(bitPattern: try reader.readNumber(field))
            default: try check.skip(field, &reader)
            }
        }
    }

    static func write(_ name: String, _ quota: Quota, to writer: inout ByteWriter) {
        writer.appendField(1, name)
        writer.append(2, message: quota)
    }
}

extension TenantDescription: WireMessage {
    package static func read(_ body: RawSpan) throws -> TenantDescription {
        let parts = try NamedQuota(body)
        return TenantDescription(
            name: parts.name,
            quota: parts.quota ?? Quota(),
            createdMicroseconds: parts.createdMicroseconds
        )
    }

    package func write(to writer: inout ByteWriter) {
        NamedQuota.write(name, quota, to: &writer)
        writer.append(3, int64: createdMicroseconds)
    }
}

extension CreateTenantRequest: WireMessage {
    package static func read(_ body: RawSpan) throws -> CreateTenantRequest {
        let parts = try NamedQuota(body)
        return CreateTenantRequest(name: parts.name, quota: parts.quota ?? Quota())
    }

    package func write(to writer: inout ByteWriter) {
        NamedQuota.write(name, quota, to: &writer)
    }
}

extension SetQuotaRequest: WireMessage {
    package static func read(_ body: RawSpan) throws -> SetQuotaRequest {
        let parts = try NamedQuota(body)
        guard let quota = parts.quota else { throw DocketError.invalid("quota", "is missing") }
        return SetQuotaRequest(tenant: parts.name, quota: quota)
    }

    package func write(to writer: inout ByteWriter) {
        NamedQuota.write(tenant, quota, to: &writer)
    }
}

extension ListTenantsReply: WireMessage {
    package static func read(_ body: RawSpan) throws -> ListTenantsReply {
        ListTenantsReply(tenants: try RepeatedMessages.read(body, maximum: WireLimits.hits))
    }

    package func write(to writer: inout ByteWriter) {
        for tenant in tenants { writer.append(1, message: tenant) }
    }
}

extension Scopes {
    var wireNames: [String] { Self.names.filter { contains($0.scope) }.map(\.name) }

    /// The scope of this name, or nil for one that is not known here.
    init?(wireName: String) {
        guard let known = Self.names.first(where: { $0.name == wireName }) else { return nil }
        self = known.scope
    }
}

extension KeyDescription: WireMessage {
    package static func read(_ body: RawSpan) throws -> KeyDescription {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1, 2, 4, 5, 6)
        var key = KeyDescription(id: "", tenant: "", scopes: [], createdMicroseconds: 0)
        while let field = try check.next(&reader) {
            switch field.number {
            case 1: key.id = try reader.readString(field)
            case 2: key.tenant = try reader.readString(field)
            case 3:
                // A newer peer may know scopes that are not known here; the key is shown without.
                if let scope = Scopes(wireName: try reader.readString(field)) {
                    key.scopes.insert(scope)
                }
            case 4: key.createdMicroseconds = Int64(bitPattern: try reader.readNumber(field))
            case 5: key.expiresMicroseconds = try reader.readMicroseconds(field)
            case 6: key.revokedMicroseconds = try reader.readMicroseconds(field)
            default: try check.skip(field, &reader)
            }
        }
        return key
    }

    package func write(to writer: inout ByteWriter) {
        writer.appendField(1, id)
        writer.appendField(2, tenant)
        writer.append(3, strings: scopes.wireNames)
        writer.append(4, int64: createdMicroseconds)
        writer.append(5, int64: expiresMicroseconds ?? 0)
        writer.append(6, int64: revokedMicroseconds ?? 0)
    }
}

extension CreateKeyRequest: WireMessage {
    package static func read(_ body: RawSpan) throws -> CreateKeyRequest {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1, 3)
        var request = CreateKeyRequest(tenant: "", scopes: [])
        while let field = try check.next(&reader) {
            switch field.number {
            case 1: request.tenant = try reader.readString(field)
            case 2:
                let name = try reader.readString(field)
                guard let scope = Scopes(wireName: name) else {
                    throw DocketError.invalid(
                        "scopes",
                        "there is no scope \(name), they are read, write, admin"
                    )
                }
                request.scopes.insert(scope)
            case 3: request.lifetimeSeconds = try reader.readNumber(field)
            default: try check.skip(field, &reader)
            }
        }
        if request.scopes.isEmpty {
            request.scopes = request.tenant.isEmpty ? .admin : [.read, .write, .admin]
        }
        return request
    }

    package func write(to writer: inout ByteWriter) {
        writer.appendField(1, tenant)
        writer.append(2, strings: scopes.wireNames)
        writer.appendField(3, lifetimeSeconds)
    }
}

extension CreateKeyReply: WireMessage {
    package static func read(_ body: RawSpan) throws -> CreateKeyReply {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1, 2)
        var key = KeyDescription(id: "", tenant: "", scopes: [], createdMicroseconds: 0)
        var secret = ""
        while let field = try check.next(&reader) {
            switch field.number {
            case 1: key = try KeyDescription.read(try reader.readBytes(field))
            case 2: secret = try reader.readString(field)
            default: try check.skip(field, &reader)
            }
        }
        return CreateKeyReply(key: key, secret: secret)
    }

    package func write(to writer: inout ByteWriter) {
        writer.append(1, message: key)
        writer.appendField(2, secret)
    }
}

extension ListKeysReply: WireMessage {
    package static func read(_ body: RawSpan) throws -> ListKeysReply {
        ListKeysReply(keys: try RepeatedMessages.read(body, maximum: WireLimits.hits))
    }

    package func write(to writer: inout ByteWriter) {
        for key in keys { writer.append(1, message: key) }
    }
}

extension BackupProgress: WireMessage {
    package static func read(_ body: RawSpan) throws -> BackupProgress {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1, 2, 3)
        var progress = BackupProgress()
        while let field = try check.next(&reader) {
            switch field.number {
            case 1: progress.tenantsDone = Int(clamping: try reader.readNumber(field) as UInt64)
            case 2: progress.tenantsAll = Int(clamping: try reader.readNumber(field) as UInt64)
            case 3: progress.bytes = Int(clamping: try reader.readNumber(field) as UInt64)
            default: try check.skip(field, &reader)
            }
        }
        return progress
    }

    package func write(to writer: inout ByteWriter) {
        writer.appendField(1, UInt64(clamping: tenantsDone))
        writer.appendField(2, UInt64(clamping: tenantsAll))
        writer.appendField(3, UInt64(clamping: bytes))
    }
}
