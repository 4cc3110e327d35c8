import DocketSystem
import DocketTestKit
import DocketWire
import Testing

@Suite("Zstd codec", .timeLimit(.minutes(5)))
struct ZstdCodecTests {
    private static let text = Array(
        repeatElement("a document about foxes and hens. ", count: 40).joined().utf8
    )

    private static func noise(_ count: Int) -> [UInt8] {
        var random = SeededGenerator(seed: UInt64(count))
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }

    @Test("gives back what it was given", arguments: [64, 65, 1000, 4096, 131_071, 131_072])
    func roundTrip(_ count: Int) throws {
        var codec = try ZstdCodec()
        let raw = Array(repeatElement(Self.text, count: count / Self.text.count + 1).joined())
        let body = Array(raw[..<count])
        var writer = ByteWriter()
        writer.append([1, 2, 3])
        try #require(codec.compress(body.rawSpan, into: &writer))
        let sent = Array(writer.bytes[3...])
        #expect(Array(writer.bytes[..<3]) == [1, 2, 3])
        #expect(sent.count <= count - count / 20)
        var output: [UInt8] = [9]
        try codec.decompress(sent.rawSpan, rawLength: count, into: &output)
        #expect(output == [9] + body)
    }

    @Test("leaves alone what would not shrink by a twentieth")
    func incompressible() throws {
        var codec = try ZstdCodec()
        var writer = ByteWriter()
        for body in [[], [7], Array(Self.text[..<63]), Self.noise(64), Self.noise(131_072)] {
            #expect(!codec.compress(body.rawSpan, into: &writer))
            #expect(writer.count == 0)
        }
        // 96 of 100 bytes are noise: smaller, but not by enough.
        let nearly = Self.noise(9600) + [UInt8](repeating: 0, count: 300)
        #expect(!codec.compress(nearly.rawSpan, into: &writer))
        let enough = Self.noise(9000) + [UInt8](repeating: 0, count: 1000)
        #expect(codec.compress(enough.rawSpan, into: &writer))
    }

    @Test("reads every way in which zstd writes one frame")
    func legalFrames() throws {
        var codec = try ZstdCodec()
        let frames: [ZstdFrame] = [
            .raw([1, 2, 3]),
            ZstdFrame(contentSize: 131_072, blocks: [.run(0, count: 131_072)]),
            ZstdFrame(contentSize: 5, blocks: [.raw([1, 2]), .run(3, count: 3)]),
            ZstdFrame(contentSize: 3, window: 7 << 3, blocks: [.raw([1, 2, 3])]),
            ZstdFrame(contentSize: 3, dictionaryID: 0, blocks: [.raw([1, 2, 3])]),
            ZstdFrame(contentSize: 3, blocks: [.raw([]), .raw([1, 2, 3])]),
        ]
        for frame in frames {
            var output: [UInt8] = []
            let count = Int(frame.contentSize ?? 0)
            try codec.decompress(frame.bytes.rawSpan, rawLength: count, into: &output)
            #expect(output.count == count)
        }
    }

    @Test("reads one layer only, and leaves a frame inside a frame as it is")
    func nested() throws {
        var codec = try ZstdCodec()
        let inner = ZstdFrame.raw([1, 2, 3]).bytes
        let outer = ZstdFrame.raw(inner).bytes
        var output: [UInt8] = []
        try codec.decompress(outer.rawSpan, rawLength: inner.count, into: &output)
        #expect(output == inner)
    }

    @Test("refuses what is not exactly one frame of the announced size", arguments: Hostile.all)
    func hostile(_ hostile: Hostile) throws {
        var codec = try ZstdCodec()
        try Self.expectRefusal(&codec, hostile.body, rawLength: hostile.rawLength)
        // The next frame is read as if nothing had happened.
        var output: [UInt8] = []
        let good = ZstdFrame.raw([1, 2, 3]).bytes
        try codec.decompress(good.rawSpan, rawLength: 3, into: &output)
        #expect(output == [1, 2, 3])
    }

    private static func expectRefusal(
        _ codec: inout ZstdCodec,
        _ body: [UInt8],
        rawLength: Int
    ) throws {
        var output: [UInt8] = [9]
        do {
            try codec.decompress(body.rawSpan, rawLength: rawLength, into: &output)
            Issue.record("taken: \(body.prefix(40).map { $0 })")
        } catch {
            #expect(error.scope == .call(.invalidArgument))
        }
        #expect(output == [9])
        #expect(output.capacity <= 4 * 131_072)
    }

    @Test("refuses a frame cut short at any byte")
    func truncated() throws {
        var codec = try ZstdCodec()
        var writer = ByteWriter()
        try #require(codec.compress(Self.text.rawSpan, into: &writer))
        for count in 0..<writer.count {
            let body = Array(writer.bytes[..<count])
            try Self.expectRefusal(&codec, body, rawLength: Self.text.count)
        }
    }

    @Test("survives mutations, and never gives more or fewer bytes than announced")
    func mutations() throws {
        var codec = try ZstdCodec()
        var writer = ByteWriter()
        try #require(codec.compress(Self.text.rawSpan, into: &writer))
        var read = 0
        for seed in 0..<20_000 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            var body = writer.bytes
            for _ in 0...random.next() % 3 {
                let place = Int.random(in: body.indices, using: &random)
                body[place] = UInt8(truncatingIfNeeded: random.next())
            }
            var output: [UInt8] = []
            do {
                try codec.decompress(body.rawSpan, rawLength: Self.text.count, into: &output)
                #expect(output.count == Self.text.count, "seed \(seed)")
                read += 1
            } catch {
                #expect(output.isEmpty, "seed \(seed)")
            }
        }
        #expect((100...19_900).contains(read), "\(read) of 20,000 were read")
    }
}

/// A body that must be refused, and the size that its header announced.
struct Hostile: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let body: [UInt8]
    let rawLength: Int

    init(_ name: String, _ frame: ZstdFrame, rawLength: Int = 3) {
        self.init(name, bytes: frame.bytes, rawLength: rawLength)
    }

    init(_ name: String, bytes: [UInt8], rawLength: Int = 3) {
        testDescription = name
        body = bytes
        self.rawLength = rawLength
    }

    private static let good = ZstdFrame.raw([1, 2, 3])
    private static let megabytes64 = Array(
        repeatElement(ZstdFrame.Block.run(0, count: 131_072), count: 512)
    )

    static let all: [Hostile] = [
        Hostile("not zstd", bytes: Array("plain text, not a frame".utf8)),
        Hostile("nothing", bytes: []),
        Hostile("only a magic", bytes: good.magic),
        Hostile("64 MiB from 2 KB", ZstdFrame(contentSize: 64 << 20, blocks: megabytes64)),
        Hostile(
            "64 MiB that claim 128 KiB",
            ZstdFrame(contentSize: 131_072, blocks: megabytes64),
            rawLength: 131_072
        ),
        Hostile("raw_len too low", good, rawLength: 2),
        Hostile("raw_len too high", good, rawLength: 4),
        Hostile("raw_len of nothing", good, rawLength: 0),
        Hostile("less content than claimed", ZstdFrame(contentSize: 3, blocks: [.raw([1, 2])])),
        Hostile(
            "more content than claimed",
            ZstdFrame(contentSize: 3, blocks: [.raw([1, 2, 3, 4])])
        ),
        Hostile("no content size", ZstdFrame(window: 7 << 3, blocks: [.raw([1, 2, 3])])),
        Hostile(
            "no content size, no end",
            ZstdFrame(window: 7 << 3, blocks: [.run(0, count: 131_072)])
        ),
        Hostile("content size of 2^64 - 1", ZstdFrame(contentSize: .max, blocks: [.raw([1])])),
        Hostile("empty frame", ZstdFrame(contentSize: 0, blocks: [.raw([])]), rawLength: 0),
        Hostile("window of 2^17 and an eighth", windowed(7 << 3 | 1)),
        Hostile("window of 2^27", windowed(17 << 3)),
        Hostile("window of 2^31", windowed(21 << 3)),
        Hostile("largest window", windowed(0xff)),
        Hostile("skippable frame", bytes: ZstdFrame.skippable),
        Hostile("skippable frame before", bytes: ZstdFrame.skippable + good.bytes),
        Hostile("skippable frame after", bytes: good.bytes + ZstdFrame.skippable),
        Hostile("two frames", bytes: good.bytes + good.bytes),
        Hostile("two frames of the size together", bytes: good.bytes + good.bytes, rawLength: 6),
        Hostile("a byte after the frame", bytes: good.bytes + [0]),
        Hostile(
            "dictionary",
            ZstdFrame(contentSize: 3, dictionaryID: 7, blocks: [.raw([1, 2, 3])])
        ),
        Hostile(
            "wrong checksum",
            ZstdFrame(
                contentSize: 3,
                hasChecksum: true,
                blocks: [.raw([1, 2, 3])],
                trailer: [1, 2, 3, 4]
            )
        ),
        Hostile("format of version 0.7", legacy(0x27)),
        Hostile("format of version 0.4", legacy(0x24)),
        Hostile("no magic", bytes: Array(good.bytes[4...])),
    ]

    private static func windowed(_ descriptor: UInt8) -> ZstdFrame {
        ZstdFrame(contentSize: 3, window: descriptor, blocks: [.raw([1, 2, 3])])
    }

    private static func legacy(_ first: UInt8) -> ZstdFrame {
        var frame = good
        frame.magic[0] = first
        return frame
    }
}
