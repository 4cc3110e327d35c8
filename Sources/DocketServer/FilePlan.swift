/// How the open files that the system allows are shared out: first the process's own, then the
/// store's, then connections.
struct FilePlan: Equatable {
    /// The HTTP port's connections, those that are told that there is no place, backups, event
    /// loops, the log.
    private static let own = 320
    /// Files of an open tenant: data, write-ahead log and its index, to read and to write.
    private static let ofTenant = 6

    /// Open files of the process; 0 where that is not known.
    let limit: Int
    /// Tenants whose files may be open at once.
    let tenants: Int
    /// Connections taken at once.
    let connections: Int
    /// Connections that were asked for.
    let wanted: Int

    /// The store gets what `tenants` need, but no more than half of what the process does not need
    /// itself.
    init(limit: Int, tenants: Int, connections wanted: Int) {
        self.limit = limit
        self.wanted = wanted
        guard limit > 0 else {
            self.tenants = tenants
            connections = wanted
            return
        }
        let shared = max(0, limit - Self.own)
        self.tenants = max(1, min(tenants, shared / 2 / Self.ofTenant))
        connections = max(1, min(wanted, shared - self.tenants * Self.ofTenant))
    }

    /// Whether fewer connections are taken than were asked for.
    var isShort: Bool { connections < wanted }
}
