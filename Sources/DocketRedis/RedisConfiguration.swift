package import DocketCore
internal import DocketSystem

/// Where Redis is, who asks it, and how long and how much.
package struct RedisConfiguration: Sendable {
    package let host: String
    package let port: UInt16
    /// A user of Redis' access list; nil is its default user.
    package let user: String?
    package let database: Int
    /// Read anew at each connection; nil asks for no login.
    package let passwordFile: String?

    /// Time for one lookup.
    package var callLimit = Duration.milliseconds(20)
    /// A connection that owes an answer for so long is given up.
    package var silenceLimit = Duration.seconds(1)
    /// How long a reply is kept.
    package var lifetime = Duration.seconds(300)
    /// Delays between attempts to connect.
    package var retryBase = Duration.milliseconds(100)
    package var retryCap = Duration.seconds(2)

    private static let form = EngineURL.Form(
        of: "redis",
        scheme: "redis",
        port: 6379,
        path: "DATABASE",
        engine: "Redis"
    )

    /// Reads `redis://[USER@]HOST[:PORT][/DATABASE]`.
    ///
    /// - Throws: ``DocketError`` `invalidArgument` that says what the URL must not have.
    package init(url: String, passwordFile: String? = nil) throws(DocketError) {
        let parts = try EngineURL(url, Self.form, hasPassword: passwordFile != nil)
        (host, port, user) = (parts.host, parts.port, parts.user)
        database = try Self.database(parts.path)
        self.passwordFile = passwordFile
    }

    private static func database(_ text: Substring) throws(DocketError) -> Int {
        guard !text.isEmpty else { return 0 }
        guard let number = UInt16(text) else { throw form.mismatch }
        return Int(number)
    }

    /// What is said on a new connection; the last of it is answered once the login is good.
    ///
    /// - Throws: ``RedisError`` that names the file of the password.
    func greeting() throws(RedisError) -> [[[UInt8]]] {
        var commands: [[String]] = []
        if let passwordFile {
            commands.append(["AUTH"] + (user.map { [$0] } ?? []) + [try password(in: passwordFile)])
        }
        if database != 0 { commands.append(["SELECT", String(database)]) }
        commands.append(["PING"])
        return commands.map { $0.map { Array($0.utf8) } }
    }

    private func password(in path: String) throws(RedisError) -> String {
        do throws(FileError) {
            return try SmallFile.password(in: path)
        } catch {
            throw RedisError("the password file \(error.reason)")
        }
    }
}

/// Why a connection cannot be used any longer, or a command was refused.
struct RedisError: Error, Equatable {
    /// For the log.
    let text: String

    init(_ text: String) { self.text = text }
}
