internal import DocketCore
internal import DocketSystem
internal import DocketTestKit
internal import Synchronization
internal import Testing

@testable internal import DocketCommands

/// A store that keeps calls waiting until one with a certain document has come, and then does the
/// newest of them first: the worst order that a server may choose.
private final class ReversingStore: Sendable {
    private struct State {
        var waiting: [(documents: [Document], OneShot<Void>)] = []
        var isReleased = false
        var titles: [String: String] = [:]
        var calls = 0
    }

    private let release: String
    private let state = Mutex(State())

    init(releasedBy id: String) { release = id }

    var titles: [String: String] { state.withLock { $0.titles } }
    var calls: Int { state.withLock { $0.calls } }

    func upload(_ documents: [Document]) async throws -> UploadReply {
        let turn = OneShot<Void>()
        state.withLock { state in
            state.calls += 1
            state.waiting.append((documents, turn))
            if documents.contains(where: { $0.id == release }) { state.isReleased = true }
            guard state.isReleased else { return }
            // Of calls that came together, those with the newer titles come first.
            for call in state.waiting.sorted(by: { $0.documents[0].title > $1.documents[0].title })
            {
                for document in call.documents { state.titles[document.id] = document.title }
                call.1.succeed(())
            }
            state.waiting = []
        }
        try await turn.value()
        return UploadReply(accepted: documents.count, rejected: [])
    }
}

@Suite("The order of an upload", .timeLimit(.minutes(1)))
struct UploadOrderTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    /// Uploads `lines` to `store` as the command does.
    private func upload(
        _ lines: [String],
        fromLine: Int = 1,
        to store: ReversingStore
    ) async throws
        -> UploadTotals
    {
        let file = try folder.write(lines.joined(separator: "\n"), to: "input")
        var uploader = Uploader(
            UploadTarget(upload: store.upload, status: { _ in StatusReply() }),
            input: try InputFiles([file], holdsDocuments: true),
            fromLine: fromLine,
            waits: false,
            display: UploadDisplay(CapturedStreams().console(), totalBytes: nil)
        )
        try await uploader.run()
        #expect(uploader.acknowledgedLine == lines.count)
        return uploader.totals
    }

    private func line(_ id: Int, _ title: String) -> String {
        "{\"id\":\"\(id)\",\"title\":\"\(title)\"}"
    }

    @Test("a later line wins over an earlier one of the same id, whatever order calls are done in")
    func laterLineWins() async throws {
        let store = ReversingStore(releasedBy: "last")
        let old = (1...1000).map { line($0, "1 old") }
        let new = (1...1000).map { line($0, "2 new") }
        let totals = try await upload(old + new + [#"{"id":"last","title":"3"}"#], to: store)
        #expect(totals.accepted == 2001)
        let kept = store.titles.values.count { $0 == "1 old" }
        #expect(kept == 0)
        #expect(store.titles.count == 1001)
    }

    @Test("a line wins over the one before it, and both count as accepted")
    func neighbours() async throws {
        let store = ReversingStore(releasedBy: "1")
        let lines = (1...300).flatMap { [line($0, "1 old"), line($0, "2 new")] }
        let totals = try await upload(lines, to: store)
        #expect(totals.accepted == 600)
        #expect(totals.status == .allWell)
        let kept = store.titles.values.count { $0 == "1 old" }
        #expect(kept == 0)
        #expect(store.calls == 2)
    }
}
