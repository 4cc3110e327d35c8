import DocketCore
import DocketWire
import Foundation
import Testing

@Suite("Bodies against protobuf-c", .timeLimit(.minutes(5)))
struct ContractTests {
    @Test("every message of a method that is served is compared")
    func coverage() throws {
        let file = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "proto/docket/v1/docket.proto")
        let contract = try String(contentsOf: file, encoding: .utf8)
        var names: Set<String> = []
        for line in contract.split(separator: "\n") where line.contains("  METHOD_") {
            guard let signature = line.split(separator: "// ").dropFirst().first else { continue }
            guard !signature.contains("not served yet") else { continue }
            names.formUnion(
                signature.split(separator: " -> ").compactMap { side in
                    side.split(separator: " ").last.map(String.init)
                }
            )
        }
        #expect(names.count > 30)
        #expect(names.subtracting(ContractCase.all.map(\.testDescription)) == [])
    }

    @Test("a value comes back the same through protobuf-c", arguments: ContractCase.all)
    func roundTrip(contract: ContractCase) throws {
        for seed in 1...200 as ClosedRange<UInt64> {
            var samples = SampleValues(seed: seed)
            try contract.comparesThroughProtobuf(&samples)
        }
    }

    @Test(
        "damaged bytes never trap, and what is accepted protobuf-c accepts",
        arguments: ContractCase.all
    )
    func damage(contract: ContractCase) throws {
        let generated = try ContractCase.generated(contract.testDescription)
        var samples = SampleValues(seed: 42)
        var (accepted, refused) = (0, 0)
        for _ in 0..<2000 {
            let body = samples.damaged(contract.body(&samples), contract.body(&samples))
            do {
                // What was accepted is written well, whatever it was.
                let rewritten = try contract.rewritten(body)
                #expect(generated.accepts(body), "only Docket accepts \(body)")
                #expect(generated.accepts(rewritten))
                accepted += 1
            } catch {
                #expect(error.code == .invalidArgument || error.code == .unimplemented)
                // What the scan lets through fits into the memory that it has asked for.
                #expect(!error.message.contains("memory"), "\(body)")
                refused += 1
            }
        }
        // A message of no fields takes nearly nothing that is damaged for more than it is.
        #expect(accepted > 20)
        #expect(refused > 20)
    }
}

extension SampleValues {
    /// `body` with some bits flipped, its end cut off, or `other`'s end in place of its own.
    mutating func damaged(_ body: [UInt8], _ other: [UInt8]) -> [UInt8] {
        guard !body.isEmpty else { return bytes() }
        var bytes = body
        switch number(0...2) {
        case 0:
            for _ in 0..<number(1...4) {
                bytes[number(0...bytes.count - 1)] ^= 1 << UInt8(number(0...7))
            }
        case 1: bytes.removeLast(number(1...bytes.count))
        default:
            bytes.removeLast(number(0...bytes.count))
            bytes += other.suffix(number(0...other.count))
        }
        return bytes
    }
}
