internal import Foundation
package import Testing

/// SplitMix64: the same numbers for the same seed.
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    /// Numbers of the seed that the trait ``Testing/Trait/seeded`` gave to this test.
    package init() {
        guard let seed = SeedTrait.seed else { preconditionFailure("the test is not .seeded") }
        self.init(seed: seed)
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

/// Gives each run of a test another seed, and shows the seed in whatever fails.
package struct SeedTrait: TestTrait, TestScoping {
    @TaskLocal fileprivate static var seed: UInt64?

    private static let variable = "DOCKET_TEST_SEED"

    package func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let chosen = ProcessInfo.processInfo.environment[Self.variable].flatMap { UInt64($0) }
        let seed = chosen ?? .random(in: .min ... .max)
        let showing = IssueHandlingTrait.compactMapIssues { issue in
            var issue = issue
            issue.comments.append("\(Self.variable)=\(seed) repeats it")
            return issue
        }
        try await Self.$seed.withValue(seed) {
            try await showing.provideScope(for: test, testCase: testCase, performing: function)
        }
    }
}

extension Trait where Self == SeedTrait {
    /// Another seed in each run, or that of the variable `DOCKET_TEST_SEED`; failures show it.
    package static var seeded: Self { SeedTrait() }
}
