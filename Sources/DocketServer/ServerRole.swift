internal import DocketSettings

/// What a process of a fleet does; by default all of it.
enum ServerRole: String, CaseIterable {
    /// Answers calls.
    case api
    /// Brings the index up to the truth, and cleans both up.
    case indexer

    /// The roles of the settings.
    ///
    /// - Throws: ``ServerFault`` `usage` that names the setting.
    static func all(_ values: SettingValues) throws(ServerFault) -> Set<ServerRole> {
        let names = values[ServerSettings.role]
        guard !names.isEmpty else { return Set(allCases) }
        var roles: Set<ServerRole> = []
        for name in names {
            guard let role = ServerRole(rawValue: name) else {
                throw ServerFault(.usage, "--role: \(name) is neither api nor indexer")
            }
            roles.insert(role)
        }
        return roles
    }
}
