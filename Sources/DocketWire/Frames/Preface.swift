internal import DocketSystem

/// The eight bytes that both sides send first; they never change between versions.
///
/// The client offers a range of versions; the server answers with the one it chose, or, when there
/// is none, with its own range, and closes.
package struct Preface: Hashable, Sendable {
    /// Bytes of a preface.
    package static let size = 8
    /// The versions that this code speaks.
    package static let supportedVersions: ClosedRange<UInt8> = 1...1

    private static let magic: [UInt8] = [0x8D, 0x44, 0x4B, 0x54]
    private static let ending: [UInt8] = [0x0D, 0x0A]

    /// What is offered, or on the way back the chosen version alone.
    package var versions: ClosedRange<UInt8>

    /// A preface that offers `versions`.
    package init(versions: ClosedRange<UInt8> = Preface.supportedVersions) {
        self.versions = versions
    }

    /// What the peer's first bytes say.
    package enum Decoding: Hashable, Sendable {
        /// Right so far, but not all.
        case needMore
        /// Both sides speak this version, the highest such.
        case accepted(UInt8)
        /// The peer speaks only these.
        case refused(ClosedRange<UInt8>)
        /// Some other protocol: known from the first wrong byte.
        case notDocket
    }

    /// Writes the eight bytes.
    package func encode(into writer: inout ByteWriter) {
        writer.append(Self.magic)
        writer.append(versions.lowerBound)
        writer.append(versions.upperBound)
        writer.append(Self.ending)
    }

    /// Judges what has arrived so far; only the first eight bytes are looked at.
    package static func decode(
        _ bytes: RawSpan,
        supported: ClosedRange<UInt8> = Preface.supportedVersions
    ) -> Decoding {
        let count = min(bytes.byteCount, size)
        for place in 0..<count where !isPossible(bytes.byte(at: place), at: place) {
            return .notDocket
        }
        guard count == size else { return .needMore }
        let (low, high) = (bytes.byte(at: 4), bytes.byte(at: 5))
        guard low <= high else { return .notDocket }
        let offered = low...high
        guard offered.overlaps(supported) else { return .refused(offered) }
        return .accepted(min(high, supported.upperBound))
    }

    private static func isPossible(_ byte: UInt8, at place: Int) -> Bool {
        switch place {
        case 0...3: byte == magic[place]
        case 6...7: byte == ending[place - 6]
        default: true
        }
    }
}
