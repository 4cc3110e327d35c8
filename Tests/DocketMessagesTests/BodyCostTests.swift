import DocketCore
import DocketMessages
import DocketWire
import Testing

/// Prints what bodies cost; protobuf-c only unpacks and frees, and makes no values of Swift.
///
/// Figures mean something in a release build; another does one round.
@Suite("Cost of bodies", .serialized)
struct BodyCostTests {
    @Test("prints nanoseconds for each message, beside protobuf-c's")
    func cost() throws {
        var samples = SampleValues(seed: 7)
        let search = SearchRequest(
            collection: "packages",
            query: "fast search",
            filter: .all([.oneOf("section", ["web"]), .exists("priority")]),
            sort: [SortKey("score")],
            facets: [FacetRequest("section")]
        )
        let upload = UploadRequest(
            collection: "packages",
            documents: (0..<1000).map { _ in samples.document() }
        )
        let reply = SearchReply(hits: (0..<10).map { _ in samples.hit() })
        try compare("SearchRequest", search, repeats: 2000)
        try compare("UploadRequest", upload, repeats: 4)
        try compare("SearchReply", reply, repeats: 300)
    }

    private func compare<Message: WireMessage & Equatable>(
        _ name: String,
        _ value: Message,
        repeats: Int
    ) throws {
        let generated = try ContractCase.generated(name)
        let body = value.encode()
        #expect(try Message.decode(body.rawSpan) == value)
        var best = (encode: Double.infinity, decode: Double.infinity, unpack: Double.infinity)
        #if DEBUG
        let rounds = 1
        #else
        let rounds = 20
        #endif
        for _ in 0..<rounds {
            best.encode = min(best.encode, time(repeats) { value.encode().count })
            best.decode = min(
                best.decode,
                time(repeats) { (try? Message.decode(body.rawSpan)) == nil ? 0 : 1 }
            )
            best.unpack = min(best.unpack, time(repeats) { generated.accepts(body) ? 1 : 0 })
        }
        print("\(name): \(body.count) bytes, ns: encode \(Int(best.encode)),", terminator: " ")
        print("decode \(Int(best.decode)), protobuf-c unpack \(Int(best.unpack))")
    }

    /// Nanoseconds for one call of `work`; every call must do something.
    private func time(_ repeats: Int, _ work: () -> Int) -> Double {
        var done = 0
        let elapsed = ContinuousClock().measure { for _ in 0..<repeats { done += work() } }
        #expect(done >= repeats)
        return elapsed / .nanoseconds(repeats)
    }
}
