import DocketCore
import DocketMessages
import DocketSystem
import DocketWire
import Testing

/// A filter travels as a list of nodes, which need not be a tree.
@Suite("Bodies of filters", .timeLimit(.minutes(5)))
struct FilterBodyTests {
    private enum Operation {
        static let all = 1 as UInt8
        static let not = 3 as UInt8
        static let range = 5 as UInt8
        static let startsWith = 6 as UInt8
        static let exists = 7 as UInt8
    }

    private struct Node {
        var operation: UInt8
        var children = 0 as UInt32
        var rest: (inout ByteWriter) -> Void = { _ in }
    }

    private func decode(_ nodes: [Node]) throws(DocketError) -> Filter? {
        var writer = ByteWriter()
        writer.appendMessage(4) { filter in
            for node in nodes {
                filter.appendMessage(1) { writer in
                    writer.appendField(1, node.operation)
                    writer.appendField(2, node.children)
                    node.rest(&writer)
                }
            }
        }
        return try SearchRequest.decode(writer.bytes.rawSpan).filter
    }

    private func reason(_ nodes: [Node]) -> String {
        do {
            return "read as \(String(describing: try decode(nodes)))"
        } catch {
            return error.message
        }
    }

    @Test("eight levels are read, nine are refused with the limit")
    func depth() throws {
        func nested(_ levels: Int) -> [Node] {
            Array(repeating: Node(operation: Operation.not, children: 1), count: levels - 1)
                + [Node(operation: Operation.exists)]
        }
        let filter = try decode(nested(8))
        #expect(filter?.depth == 8)
        #expect(reason(nested(9)) == "filter: is nested too deep, the limit is 8")
    }

    @Test("nodes that are no tree, or more than one, are refused")
    func trees() {
        let leaf = Node(operation: Operation.exists)
        #expect(reason([]) == "filter: a child is missing")
        #expect(reason([leaf, leaf]) == "filter: is more than one tree")
        #expect(reason([Node(operation: Operation.not)]) == "filter: a child is missing")
        let greedy = Node(operation: Operation.all, children: .max)
        #expect(reason([greedy, leaf]) == "filter: a child is missing")
        let short = Node(operation: Operation.all, children: 2)
        #expect(reason([short, leaf]) == "filter: a child is missing")
    }

    @Test("operators that are missing or unknown are refused", arguments: [0, 8, 255] as [UInt8])
    func operators(operation: UInt8) {
        #expect(reason([Node(operation: operation)]) == "filter: an operator is unknown")
    }

    @Test("values that are missing, several in one, or of the wrong kind are refused")
    func values() {
        let empty = Node(operation: Operation.range) { $0.appendMessage(5) { _ in } }
        #expect(reason([empty]) == "filter: a value is missing")
        let two = Node(operation: Operation.range) { writer in
            writer.appendMessage(5) { value in
                value.appendPresentField(3, 1 as UInt8)
                value.appendPresentField(4, 1 as UInt8)
            }
        }
        #expect(reason([two]).contains("field 4 comes twice"))
        let number = Node(operation: Operation.startsWith) { writer in
            writer.appendMessage(4) { $0.appendPresentField(3, 1 as UInt8) }
        }
        #expect(reason([number]) == "filter: a beginning is one string")
    }

    @Test("a filter comes as a tree or as text, and text is read like one")
    func text() throws {
        let text = "section = \"web\""
        var writer = ByteWriter()
        writer.appendField(5, text)
        let request = try SearchRequest.decode(writer.bytes.rawSpan)
        #expect(request.filter == (try Filter(parsing: text)))
        writer.appendMessage(4) { filter in
            filter.appendMessage(1) { $0.appendField(1, Operation.exists) }
        }
        let error = #expect(throws: DocketError.self) {
            try SearchRequest.decode(writer.bytes.rawSpan)
        }
        #expect(error?.details.first?.field == "filter_text")
    }
}
