internal import DocketClient
internal import DocketCore

/// The calls of a load: those of each kind one after another, from the first again after the last.
struct OfferedCalls: Sendable {
    typealias Search = @Sendable (SearchRequest) async throws(DocketError) -> AnswerSource
    typealias Upload = @Sendable ([Document]) async throws(DocketError) -> UploadReply

    let mix: CallMix
    /// At least one, where the mix has searches.
    let requests: [SearchRequest]
    /// At least one, where the mix has uploads.
    let batches: [[Document]]
    let search: Search
    let upload: Upload

    /// Makes the call of this number.
    func run(_ number: Int) async -> (CallKind, LoadTally.Outcome) {
        let place = mix.place(of: number)
        do throws(DocketError) {
            switch place.kind {
            case .search:
                return (
                    .search, .answered(try await search(requests[place.index % requests.count]))
                )
            case .upload:
                let reply = try await upload(batches[place.index % batches.count])
                return (
                    .upload,
                    .uploaded(accepted: reply.accepted, rejected: reply.rejected.count)
                )
            }
        } catch {
            return (place.kind, .failed(error.code))
        }
    }
}
