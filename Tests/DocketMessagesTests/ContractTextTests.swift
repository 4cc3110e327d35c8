import DocketCore
import DocketMessages
import DocketWire
import Testing

/// A body and what protobuf-c reads in it, with the contract's names.
struct ContractText: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let body: [UInt8]
    let text: String

    init(_ name: String, _ message: some WireMessage, _ text: String) {
        testDescription = name
        body = message.encode()
        self.text = text.split(separator: "\n").joined(separator: " ")
    }
}

@Suite("Names of the contract", .timeLimit(.minutes(5)))
struct ContractTextTests {
    @Test(
        "each part of a value is in the field that the contract has for it",
        arguments: ContractText.documents + ContractText.searches + ContractText.administration
    )
    func names(text: ContractText) throws {
        let generated = try ContractCase.generated(text.testDescription)
        #expect(generated.text(of: text.body) == text.text)
    }

    @Test("all messages with fields have such a text")
    func coverage() {
        let all = ContractText.documents + ContractText.searches + ContractText.administration
        let missing = Set(ContractCase.all.map(\.testDescription))
            .subtracting(all.map(\.testDescription))
        let empty: Set = [
            "ListCollectionsRequest", "DeleteCollectionReply", "ListTenantsRequest",
            "DeleteTenantReply", "RevokeKeyReply", "ListSnapshotsRequest", "HealthRequest",
            "ListIndicesRequest",
        ]
        #expect(missing == empty)
    }
}
