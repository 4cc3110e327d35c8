internal import DocketCache

extension CacheScope {
    static func raw(_ tenant: UInt64, access: UInt64 = 0, method: UInt16 = 2) -> CacheScope {
        CacheScope(tenant: tenant, access: access, method: method, form: .raw)
    }
}

extension CollectionState {
    /// A collection whose generations need no confirmation.
    convenience init() { self.init(hard: 1, soft: 1, schemaEpoch: 1, confirmed: .max) }
}

extension CachedReply {
    /// A reply as of now, as its collection says.
    convenience init(_ body: [UInt8], _ state: CollectionState) {
        self.init(
            body: body,
            asOfMicroseconds: 7,
            isApproximate: false,
            mark: state.mark(),
            state: state
        )
    }
}

extension CacheLookup {
    var fresh: [UInt8]? { if case .fresh(let reply) = self { reply.body } else { nil } }
    var outdated: [UInt8]? { if case .outdated(let reply) = self { reply.body } else { nil } }
    var unconfirmed: [UInt8]? {
        if case .unconfirmed(let reply) = self { reply.body } else { nil }
    }
    var overtaken: [UInt8]? { if case .overtaken(let reply) = self { reply.body } else { nil } }
    var isMiss: Bool { if case .miss = self { true } else { false } }
}

extension ReplyCache {
    convenience init(limitBytes: Int) {
        var configuration = Configuration()
        configuration.limitBytes = limitBytes
        self.init(configuration)
    }

    func lookup(_ scope: CacheScope, _ key: String, now: UInt64 = 0) -> CacheLookup {
        let bytes = Array(key.utf8)
        return unsafe lookup(scope, bytes.span.bytes, now: now)
    }

    @discardableResult
    func store(_ scope: CacheScope, _ key: String, _ reply: CachedReply) -> Bool {
        store(scope, Array(key.utf8), reply)
    }
}
