package import DocketCore
internal import DocketSystem

/// Where Redis is, who asks it, and how long and how much.
package struct RedisConfiguration: Sendable {
    private static let passwordBytesMaximum = 1024

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

    /// Reads `redis://[USER@]HOST[:PORT][/DATABASE]`.
    ///
    /// - Throws: ``DocketError`` `invalidArgument` that says what the URL must not have.
    package init(url: String, passwordFile: String? = nil) throws(DocketError) {
        guard let colon = url.firstRange(of: "://") else { throw Self.noURL }
        guard url[..<colon.lowerBound] == "redis" else {
            throw .invalid("redis", "must begin with redis://, TLS to Redis is not served")
        }
        let rest = url[colon.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        let place = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] }
        let user = place == nil ? nil : authority.prefix { $0 != "@" }
        guard user?.contains(":") != true else {
            throw .invalid("redis", "has a password, which belongs into a file")
        }
        guard user?.isEmpty != true, user == nil || passwordFile != nil else {
            throw .invalid("redis", "has a user, whose password must come by a file")
        }
        (host, port) = try Self.address(place ?? authority)
        database = try Self.database(rest.dropFirst(authority.count + 1))
        self.user = user.map(String.init)
        self.passwordFile = passwordFile
    }

    private static let noURL = DocketError.invalid(
        "redis",
        "is not redis://[USER@]HOST[:PORT][/DATABASE]"
    )

    /// A host, in brackets where it has colons, and a port, by default 6379.
    private static func address(_ text: Substring) throws(DocketError) -> (String, UInt16) {
        var host = text.prefix { $0 != ":" }
        var port = text.dropFirst(host.count)
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            host = text[text.index(after: text.startIndex)..<end]
            port = text[text.index(after: end)...]
        }
        guard !host.isEmpty, !host.utf8.contains(0) else { throw noURL }
        guard !port.isEmpty else { return (String(host), 6379) }
        guard port.hasPrefix(":"), let number = UInt16(port.dropFirst()), number > 0 else {
            throw noURL
        }
        return (String(host), number)
    }

    private static func database(_ text: Substring) throws(DocketError) -> Int {
        guard !text.isEmpty else { return 0 }
        guard let number = UInt16(text) else { throw noURL }
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
        do {
            let bytes = try SmallFile.read(path, maximum: Self.passwordBytesMaximum)
            let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
            return String(decoding: line, as: UTF8.self)
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
