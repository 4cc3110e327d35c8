internal import DocketClient
internal import DocketCore
internal import DocketJSON

/// The reply to a search as a program reads it.
enum SearchJSON {
    static func text(_ result: SearchResult) -> String {
        let reply = result.reply
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("hits") { writer in
                writer.array { writer in for hit in reply.hits { write(hit, to: &writer) } }
            }
            writer.member("total") { writer in
                writer.object { writer in
                    writer.member("value", reply.total.value)
                    writer.member("relation", relation(reply))
                }
            }
            writer.member("facets") { writer in
                writer.object { writer in
                    for facet in reply.facets { write(facet, to: &writer) }
                }
            }
            writer.member("source", result.source.name)
            writer.member("as_of_ms", result.asOfMicroseconds / 1000)
            writer.member("degraded", result.isDegraded)
            writer.member("took_us", Int64(result.took / .microseconds(1)))
            writer.cursorMember(reply.cursor)
            let ignored = reply.ignoredTerms
            if !ignored.isEmpty { write("ignored_terms", ignored, to: &writer) }
            guard !reply.corrections.isEmpty else { return }
            writer.member("corrections") { writer in
                writer.array { for correction in reply.corrections { write(correction, to: &$0) } }
            }
        }
        return PlainText.json(writer.text)
    }

    /// `exact`, `at_least`, or `approximate` where not every candidate was looked at.
    private static func relation(_ reply: SearchReply) -> String {
        if reply.isApproximate { return "approximate" }
        return reply.total.isExact ? "exact" : "at_least"
    }

    private static func write(_ correction: Correction, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("word", correction.word)
            write("alternatives", correction.alternatives, to: &writer)
        }
    }

    private static func write(_ name: String, _ texts: [String], to writer: inout JSONWriter) {
        writer.member(name) { writer in
            writer.array { writer in for text in texts { writer.value(text) } }
        }
    }

    private static func write(_ hit: Hit, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", hit.document.id)
            writer.member("score", hit.score)
            writer.member("title", hit.document.title)
            if !hit.document.body.isEmpty { writer.member("body", hit.document.body) }
            writer.attributes(hit.document.attributes)
            writer.member("highlights") { writer in
                writer.array { writer in
                    for highlight in hit.highlights { write(highlight, to: &writer) }
                }
            }
            if let explanation = hit.explanation {
                writer.member("explanation") { $0.write(explanation) }
            }
        }
    }

    private static func write(_ highlight: Highlight, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("field", highlight.field)
            writer.member("fragment", highlight.fragment)
            writer.member("ranges") { writer in
                writer.array { writer in
                    for range in highlight.ranges {
                        writer.array { writer in
                            writer.value(range.lowerBound)
                            writer.value(range.upperBound)
                        }
                    }
                }
            }
        }
    }

    private static func write(_ facet: FacetResult, to writer: inout JSONWriter) {
        writer.member(facet.attribute) { writer in
            writer.array { writer in
                for count in facet.counts {
                    writer.object { writer in
                        writer.member("value") { $0.value(count.value) }
                        writer.member("count", count.count)
                    }
                }
            }
        }
    }
}
