/// Which segments of a collection are merged next.
///
/// Segments of about the same size, next to each other in age, are merged when there are `fanOut`
/// of them: so a document is written again once for each power of `fanOut`, and a search looks at
/// some `fanOut` segments for each. One of which much is dead is written anew by itself.
struct MergePlan {
    static let fanOut = 8
    /// Segments of a collection beyond which the smallest neighbours are merged, whatever their
    /// sizes.
    static let segmentsMaximum = 32
    /// Segments of a collection beyond which documents wait for merges.
    static let segmentsBound = 2 * segmentsMaximum
    /// Segments that one merge takes.
    static let inputsMaximum = 16
    /// Documents of what a merge makes, so that its memory and the time of a term stay bounded.
    static let documentsMaximum = 2_000_000
    /// A segment is written anew when this part of it is dead.
    static let deadDivisor = 5

    /// In the order of their age.
    let segments: [Segment]

    init(_ segments: [Segment]) { self.segments = segments }

    /// The places of those to merge; nil when all is well.
    var next: Range<Int>? {
        if let place = segments.firstIndex(where: { $0.dead > $0.documents / Self.deadDivisor }) {
            return place..<place + 1
        }
        let tiers = segments.map { Self.tier($0.living) }
        for tier in Set(tiers).sorted() where tier < .max {
            if let run = run(of: tier, tiers) { return run }
        }
        return segments.count > Self.segmentsMaximum ? smallestNeighbours : nil
    }

    /// Those with the fewest documents together; nil where these are too many.
    private var smallestNeighbours: Range<Int>? {
        let starts = 0...max(0, segments.count - Self.fanOut)
        func documents(from start: Int) -> Int {
            segments[start...].prefix(Self.fanOut).reduce(0) { $0 + $1.living }
        }
        guard let start = starts.min(by: { documents(from: $0) < documents(from: $1) }),
            documents(from: start) <= Self.documentsMaximum
        else { return nil }
        return start..<min(start + Self.fanOut, segments.count)
    }

    /// The power of the fan-out that a segment has reached; `max` for one too large to be merged.
    private static func tier(_ documents: Int) -> Int {
        guard documents <= documentsMaximum / 2 else { return .max }
        var (tier, size) = (0, fanOut)
        while size <= documents {
            tier += 1
            size *= fanOut
        }
        return tier
    }

    /// Neighbours of at most the tier, of which `fanOut` are of it: smaller ones go with them.
    private func run(of tier: Int, _ tiers: [Int]) -> Range<Int>? {
        var (start, count, documents) = (0, 0, 0)
        for place in segments.indices {
            documents += segments[place].living
            guard tiers[place] <= tier, documents <= Self.documentsMaximum else {
                (start, count, documents) = (place + 1, 0, 0)
                continue
            }
            count += tiers[place] == tier ? 1 : 0
            guard count == Self.fanOut else { continue }
            return max(start, place + 1 - Self.inputsMaximum)..<place + 1
        }
        return nil
    }
}
