internal import DocketTelemetry
internal import Testing

@Suite("Request ids", .timeLimit(.minutes(1)))
struct RequestIDTests {
    @Test("differ, from several threads too")
    func distinct() async {
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
