package import DocketCore

extension WriteResult {
    /// What became of the items, for the first time; empty for what was replayed.
    package var outcomes: [WriteOutcome] {
        guard case .outcomes(let outcomes) = self else { return [] }
        return outcomes
    }
}

extension WriteOutcome {
    package var version: UInt64? {
        guard case .accepted(let version, _) = self else { return nil }
        return version
    }

    package var code: DocketError.Code? {
        guard case .rejected(let error) = self else { return nil }
        return error.code
    }
}

extension SearchPage {
    package var ids: [String] { hits.map(\.document.id) }
}

extension ScanSlice {
    package var ids: [String] { hits.map(\.document.id) }
}

/// The code that `body` fails with, nil when it does not.
package func thrownCode(by body: () async throws -> Void) async -> DocketError.Code? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? DocketError)?.code
    }
}
