import DocketCache
import DocketCore
import DocketSystem
import DocketTestKit
import Testing

@testable import DocketService

@Suite("Replies in the form that servers share", .timeLimit(.minutes(5)))
struct SharedReplyCodecTests {
    private let codec: SharedReplyCodec
    private let name: SharedReplyName

    init() throws {
        codec = try SharedReplyCodec(secret: Array("secret".utf8))
        name = codec.name(TenantID(7), 3, canonical: Array("tea".utf8))
    }

    private func contents(_ body: [UInt8], isApproximate: Bool = false) -> SharedReplyContents {
        SharedReplyContents(
            body: body,
            asOfMicroseconds: -5,
            isApproximate: isApproximate,
            mark: FillMark(hard: 1, soft: .max, schemaEpoch: 3)
        )
    }

    private static let text = Array(String(repeating: "tea and toast, ", count: 2000).utf8)

    @Test("are read as they were written, compressed where that saves something")
    func roundTrip() throws {
        let bodies: [[UInt8]] = [[], [1], Self.text, RandomBytes.make(300)]
        for body in bodies {
            for isApproximate in [false, true] {
                let contents = contents(body, isApproximate: isApproximate)
                let value = try #require(codec.encode(contents, name))
                #expect(codec.decode(value, name) == .reply(contents))
                #expect(value.bytes.count <= body.count + 98)
            }
        }
        let compressed = try #require(codec.encode(contents(Self.text), name))
        #expect(compressed.bytes.count < Self.text.count / 10)
    }

    @Test("changed in one byte, cut or made longer, they are a miss")
    func damage() throws {
        for body in [Self.text, RandomBytes.make(200)] {
            let value = try #require(codec.encode(contents(body), name)).bytes
            for place in value.indices {
                for bit in 0..<8 {
                    var changed = value
                    changed[place] ^= 1 << bit
                    #expect(codec.decode(SharedReply(changed), name) == .damaged)
                }
                #expect(codec.decode(SharedReply(Array(value[..<place])), name) == .damaged)
            }
            #expect(codec.decode(SharedReply(value + [0]), name) == .damaged)
        }
    }

    @Test("found under the name of another request, they are foreign")
    func foreign() throws {
        let value = try #require(codec.encode(contents([1, 2, 3]), name))
        let others = [
            codec.name(TenantID(8), 3, canonical: Array("tea".utf8)),
            codec.name(TenantID(7), 4, canonical: Array("tea".utf8)),
            codec.name(TenantID(7), 3, canonical: Array("coffee".utf8)),
        ]
        for other in others {
            #expect(other.key != name.key)
            #expect(codec.decode(value, other) == .foreign)
        }
    }

    @Test("of servers with another secret, they have other names and are a miss")
    func otherSecret() throws {
        let other = try SharedReplyCodec(secret: Array("another".utf8))
        let theirs = other.name(TenantID(7), 3, canonical: Array("tea".utf8))
        #expect(theirs.key != name.key)
        let value = try #require(other.encode(contents([1]), name))
        #expect(codec.decode(value, name) == .damaged)
    }

    @Test("over 1 MiB, they are not shared")
    func size() throws {
        let limit = SharedReplyCodec.bytesMaximum
        #expect(codec.encode(contents([UInt8](repeating: 0, count: limit + 1)), name) == nil)
        let large = contents([UInt8](repeating: 0, count: limit))
        let value = try #require(codec.encode(large, name))
        #expect(codec.decode(value, name) == .reply(large))
        #expect(codec.encode(contents(RandomBytes.make(limit)), name) == nil)
    }
}
