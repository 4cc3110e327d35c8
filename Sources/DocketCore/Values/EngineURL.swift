/// What a setting says of an engine: `SCHEME://[USER@]HOST[:PORT][/PATH]`.
///
/// A password belongs into a file, since a URL is seen by all who see a process.
package struct EngineURL: Sendable {
    package let host: String
    package let port: UInt16
    package let user: String?
    /// What follows the slash, empty when there is none.
    package let path: Substring

    /// What a URL is held against.
    package struct Form: Sendable {
        /// The setting, for errors.
        let setting: String
        let scheme: String
        /// The port of a URL without one.
        let port: UInt16
        /// What the path names, for errors.
        let path: String
        /// Of errors about another scheme.
        let engine: String

        package init(
            of setting: String,
            scheme: String,
            port: UInt16,
            path: String,
            engine: String
        ) {
            self.setting = setting
            self.scheme = scheme
            self.port = port
            self.path = path
            self.engine = engine
        }

        /// The error for what is no such URL.
        package var mismatch: DocketError {
            .invalid(setting, "is not \(scheme)://[USER@]HOST[:PORT][/\(path)]")
        }
    }

    /// Reads `url`, whose user needs a password when `hasPassword` says that there is one.
    ///
    /// - Throws: ``DocketError`` `invalidArgument` that says what the URL must not have.
    package init(_ url: String, _ form: Form, hasPassword: Bool) throws(DocketError) {
        guard let colon = url.firstRange(of: "://") else { throw form.mismatch }
        guard url[..<colon.lowerBound] == form.scheme else {
            throw .invalid(
                form.setting,
                "must begin with \(form.scheme)://, TLS to \(form.engine) is not served"
            )
        }
        let rest = url[colon.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        let place = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] }
        let user = place == nil ? nil : authority.prefix { $0 != "@" }
        guard user?.contains(":") != true else {
            throw .invalid(form.setting, "has a password, which belongs into a file")
        }
        guard user?.isEmpty != true, user == nil || hasPassword else {
            throw .invalid(form.setting, "has a user, whose password must come by a file")
        }
        (host, port) = try Self.address(place ?? authority, form)
        path = rest.dropFirst(authority.count + 1)
        self.user = user.map(String.init)
    }

    /// A host, in brackets where it has colons, and a port.
    private static func address(
        _ text: Substring,
        _ form: Form
    ) throws(DocketError) -> (String, UInt16) {
        var host = text.prefix { $0 != ":" }
        var port = text.dropFirst(host.count)
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            host = text[text.index(after: text.startIndex)..<end]
            port = text[text.index(after: end)...]
        }
        guard !host.isEmpty, !host.utf8.contains(0) else { throw form.mismatch }
        guard !port.isEmpty else { return (String(host), form.port) }
        guard port.hasPrefix(":"), let number = UInt16(port.dropFirst()), number > 0 else {
            throw form.mismatch
        }
        return (String(host), number)
    }
}
