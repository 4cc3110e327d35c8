internal import DocketCore
internal import DocketJSON

extension QueryBuilder {
    /// Values that each shard counts, for one that is asked for.
    private static let shardSizeFactor = 20
    /// Counts all matches where hits of earlier pages are left out.
    static let matchesName: StaticString = "matches"

    static func facetName(_ place: Int) -> String { "f\(place)" }

    /// Whether the engine counts hits of this page alone, and the matches are counted beside them.
    var countsMatchesApart: Bool {
        switch plan.after {
        case .without, .rest: plan.total != .none
        case .after, nil: false
        }
    }

    private var hasAggregations: Bool { countsMatchesApart || !plan.facets.isEmpty }

    func total(_ body: inout JSONWriter) {
        switch plan.total {
        case _ where countsMatchesApart: writeNoTotal(&body)
        case .exact: body.member("track_total_hits", true)
        // An engine takes no 0 here, and no more than 31 bits.
        case .bounded(let bound):
            body.member("track_total_hits", min(max(1, bound), Int(Int32.max)))
        case .none: writeNoTotal(&body)
        }
    }

    /// Where nothing is counted, OpenSearch leaves segments that are before `search_after` out of
    /// aggregations, too (2.19); to count up to 1 keeps it from that.
    private func writeNoTotal(_ body: inout JSONWriter) {
        if hasAggregations {
            body.member("track_total_hits", 1)
        } else {
            body.member("track_total_hits", false)
        }
    }

    func aggregations(_ body: inout JSONWriter) {
        guard hasAggregations else { return }
        body.member("aggs") { aggregations in
            aggregations.object { all in
                if countsMatchesApart {
                    all.member("\(Self.matchesName)") { count in
                        count.object { members in
                            members.member("filter") { filter in
                                filter.object { query in
                                    query.member("match_all") { $0.object { _ in } }
                                }
                            }
                        }
                    }
                }
                for (place, facet) in plan.facets.enumerated() {
                    all.member(Self.facetName(place)) { write(facet, &$0) }
                }
            }
        }
    }

    /// Most frequent first, equal ones by value: the order that engines have unless told otherwise.
    private func write(_ facet: BoundFacet, _ aggregation: inout JSONWriter) {
        aggregation.object { kind in
            kind.member("terms") { terms in
                terms.object { members in
                    members.member("field", fields.values(of: facet.slot) ?? Mapping.number)
                    members.member("size", facet.limit)
                    members.member("shard_size", facet.limit * Self.shardSizeFactor)
                }
            }
        }
    }
}
