import DocketCore
import Testing

@testable import DocketRedis

@Suite("The URL of Redis", .timeLimit(.minutes(5)))
struct ConfigurationTests {
    @Test("names host, port, database and user")
    func parts() throws {
        let short = try RedisConfiguration(url: "redis://cache")
        #expect(short.host == "cache" && short.port == 6379 && short.database == 0)
        #expect(short.user == nil)
        let long = try RedisConfiguration(url: "redis://docket@[::1]:7000/3", passwordFile: "p")
        #expect(long.host == "::1" && long.port == 7000 && long.database == 3)
        #expect(long.user == "docket")
    }

    @Test(
        "is refused with the reason",
        arguments: [
            ("rediss://cache", "TLS to Redis is not served"),
            ("redis://docket:secret@cache", "has a password, which belongs into a file"),
            ("redis://docket@cache", "whose password must come by a file"),
            ("redis://", "is not redis://"), ("cache:6379", "is not redis://"),
            ("redis://cache:0", "is not redis://"), ("redis://cache:port", "is not redis://"),
            ("redis://cache/docket", "is not redis://"), ("redis://[::1", "is not redis://"),
        ]
    )
    func refused(_ url: String, _ reason: String) {
        do {
            _ = try RedisConfiguration(url: url)
            Issue.record("\(url) was taken")
        } catch {
            #expect(error.code == .invalidArgument)
            #expect(error.message.contains(reason), "\(error.message)")
        }
    }
}
