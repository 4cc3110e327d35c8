/// Which segments of a collection are merged next.
///
/// Segments of about the same size, next to each other in age, are merged when there are `fanOut`
/// of them: so a document is written again once for each power of `fanOut`, and a search looks at
/// some `fanOut` segments for each. One of which much is dead is written anew by itself.
struct MergePlan {
    static let fanOut = 8
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
        return nil
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

    /// Neighbours of at most the tier, of which `fanOut` are of it.
    private func run(of tier: Int, _ tiers: [Int]) -> Range<Int>? {
        var (start, count, documents): (Int?, Int, Int) = (nil, 0, 0)
        for place in segments.indices {
            documents += segments[place].living
            guard tiers[place] <= tier, documents <= Self.documentsMaximum else {
                (start, count, documents) = (nil, 0, 0)
                continue
            }
            if tiers[place] == tier {
                if start == nil { (start, documents) = (place, segments[place].living) }
                count += 1
            }
            guard let start, count == Self.fanOut else { continue }
            let end = min(place + 1, start + Self.inputsMaximum)
            return end - start > 1 ? start..<end : nil
        }
        return nil
    }
}
