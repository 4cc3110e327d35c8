internal import Testing

/// One promise of a port, and how to find out whether an adapter keeps it.
package struct ContractCase<Subject>: CustomTestStringConvertible, Sendable {
    /// The promise, as a sentence.
    package let name: String
    /// Fails the running test where `Subject`, which is new, breaks the promise.
    package let check: @Sendable (Subject) async throws -> Void

    package init(_ name: String, _ check: @escaping @Sendable (Subject) async throws -> Void) {
        self.name = name
        self.check = check
    }

    package var testDescription: String { name }
}
