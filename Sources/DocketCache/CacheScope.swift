/// What a cached reply belongs to, beside the bytes of its request.
///
/// All of it is part of the key, so replies of two tenants, of two kinds of access or of two
/// methods can never be taken for one another.
package struct CacheScope: Hashable, Sendable {
    /// Which form of the request the bytes are.
    package enum Form: UInt8, Hashable, Sendable {
        /// The body as it came.
        case raw
        /// The form that all requests of one meaning share.
        case canonical
    }

    package let tenant: UInt64
    /// Stands for what the caller may see within the tenant.
    package let access: UInt64
    package let method: UInt16
    package let form: Form

    package init(tenant: UInt64, access: UInt64, method: UInt16, form: Form) {
        self.tenant = tenant
        self.access = access
        self.method = method
        self.form = form
    }

    /// Three words that tell this scope from every other one.
    var words: (UInt64, UInt64, UInt64) {
        (tenant, access, UInt64(method) << 8 | UInt64(form.rawValue))
    }
}
