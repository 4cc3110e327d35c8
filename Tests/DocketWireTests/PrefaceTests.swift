import DocketSystem
import DocketWire
import Testing

@Suite("Preface", .timeLimit(.minutes(5)))
struct PrefaceTests {
    private static let golden = [UInt8](hex: "8d 44 4b 54 01 01 0d 0a")

    @Test("is eight bytes that never change")
    func golden() {
        #expect(written { Preface().encode(into: &$0) } == Self.golden)
        #expect(Preface.decode(Self.golden.rawSpan) == .accepted(1))
    }

    @Test("waits for the rest at every byte")
    func truncated() {
        for count in 0..<Preface.size {
            let part = Array(Self.golden[..<count])
            #expect(Preface.decode(part.rawSpan) == .needMore, "\(count) bytes")
        }
    }

    @Test("does not look beyond its eight bytes")
    func trailing() {
        let bytes = Self.golden + [0xff, 0xff]
        #expect(Preface.decode(bytes.rawSpan) == .accepted(1))
    }

    @Test("knows another protocol at its first wrong byte", arguments: [0, 1, 2, 3, 6, 7])
    func wrongByte(_ place: Int) {
        var bytes = Array(Self.golden[...place])
        bytes[place] ^= 0x20
        #expect(Preface.decode(bytes.rawSpan) == .notDocket)
    }

    @Test(
        "refuses what other protocols begin with",
        arguments: ["16030100", "47455420", "50524920", "00000000", "0d0a0d0a"]
    )
    func otherProtocols(_ hex: String) {
        #expect(Preface.decode([UInt8](hex: hex).rawSpan) == .notDocket)
        #expect(Preface.decode(Array([UInt8](hex: hex)[..<1]).rawSpan) == .notDocket)
    }

    @Test("settles on the highest version that both speak")
    func versions() {
        func decode(_ versions: ClosedRange<UInt8>, _ own: ClosedRange<UInt8>) -> Preface.Decoding {
            let bytes = written { Preface(versions: versions).encode(into: &$0) }
            return Preface.decode(bytes.rawSpan, supported: own)
        }
        #expect(decode(1...3, 1...2) == .accepted(2))
        #expect(decode(1...1, 1...9) == .accepted(1))
        #expect(decode(2...200, 1...1) == .refused(2...200))
        #expect(decode(0...0, 1...1) == .refused(0...0))
        #expect(decode(3...4, 5...6) == .refused(3...4))
    }

    @Test("refuses a range that is upside down")
    func upsideDown() {
        let bytes = [UInt8](hex: "8d 44 4b 54 02 01 0d 0a")
        #expect(Preface.decode(bytes.rawSpan) == .notDocket)
    }
}
