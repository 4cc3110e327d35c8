internal import DocketTelemetry
internal import Testing

@Suite("Tracing")
struct TracingTests {
    private let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test("reads and writes a traceparent")
    func roundTrip() throws {
        let context = try #require(TraceContext(parsing: text))
        #expect(context.traceIDHigh == 0x4BF9_2F35_77B3_4DA6)
        #expect(context.traceIDLow == 0xA3CE_929D_0E0E_4736)
        #expect(context.spanID == 0x00F0_67AA_0BA9_02B7)
        #expect(context.isSampled)
        #expect(context.text == text)
        #expect(context.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(TraceContext(parsing: context.child().text)?.traceID == context.traceID)
        #expect(context.child().spanID != context.spanID)
        let random = TraceContext.random(isSampled: true)
        #expect(TraceContext(parsing: random.text) == random)
    }

    @Test("reads what it knows of later versions")
    func laterVersion() {
        let later = "cc" + text.dropFirst(2)
        #expect(TraceContext(parsing: later)?.text == text)
        #expect(TraceContext(parsing: later + "-what-comes")?.text == text)
        #expect(TraceContext(parsing: later + "x") == nil)
    }

    @Test("refuses every other text")
    func refused() {
        let wrong = [
            "", "00", text + "-", text + "0", String(text.dropLast()), "ff" + text.dropFirst(2),
            text.replacing("-", with: "_"), text.uppercased(), "0x" + text.dropFirst(2),
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            String(repeating: "é", count: 30),
        ]
        for text in wrong { #expect(TraceContext(parsing: text) == nil, "\(text)") }
        var bytes = Array(text.utf8)
        for index in bytes.indices {
            let before = bytes[index]
            bytes[index] = UInt8(ascii: "g")
            #expect(TraceContext(parsing: String(decoding: bytes, as: UTF8.self)) == nil)
            bytes[index] = before
        }
    }

    @Test("makes request ids that differ, from several threads too")
    func requestIDs() async {
        let source = RequestIDSource()
        let ids = await withTaskGroup(of: [RequestID].self) { group in
            for _ in 0..<4 { group.addTask { (0..<5000).map { _ in source.next() } } }
            return await group.reduce(into: Set<RequestID>()) { $0.formUnion($1) }
        }
        #expect(ids.count == 20_000)
        #expect(ids.allSatisfy { $0.description.utf8.count == 16 })
        #expect(RequestID(number: 255).description == "00000000000000ff")
        #expect(RequestIDSource().next() != RequestIDSource().next())
    }
}
