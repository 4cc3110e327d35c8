/// One answer of Redis.
enum RedisReply: Equatable, Sendable {
    case done
    /// Redis says why.
    case refused(String)
    /// nil for a key that is not there.
    case values([[UInt8]?])
    /// What no command of Docket is answered with.
    case unexpected
}
