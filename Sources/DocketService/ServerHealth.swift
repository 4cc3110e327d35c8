package import DocketCore

/// What a server says of itself: its roles, its parts, and who knows what waits.
package struct ServerHealth: Sendable {
    /// What the process does, as `api`.
    package var roles: [String]
    /// In the order in which they are shown.
    package var parts: [HealthRecord]
    /// nil where nobody counts what waits.
    package var outbox: (any Outbox)?
    /// nil where indexing cannot be held.
    package var control: (any IndexingControl)?

    package init(
        roles: [String],
        parts: [HealthRecord],
        outbox: (any Outbox)? = nil,
        control: (any IndexingControl)? = nil
    ) {
        self.roles = roles
        self.parts = parts
        self.outbox = outbox
        self.control = control
    }
}
