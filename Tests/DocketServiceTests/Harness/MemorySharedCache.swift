import DocketCore
import DocketService
import Synchronization

/// What servers share, in memory.
final class MemorySharedCache: SharedReplyCache {
    private struct State {
        var replies: [SharedReplyKey: SharedReply] = [:]
        var lookups = 0
    }

    private let state = Mutex(State())

    /// Keys that were asked for.
    var lookups: Int { state.withLock { $0.lookups } }

    var keys: Set<SharedReplyKey> { state.withLock { Set($0.replies.keys) } }

    func reply(_ key: SharedReplyKey) -> SharedReply? { state.withLock { $0.replies[key] } }

    func lookup(_ keys: [SharedReplyKey], work: WorkLimit) async -> [SharedReply?] {
        state.withLock { state in
            state.lookups += keys.count
            return keys.map { state.replies[$0] }
        }
    }

    func store(_ reply: SharedReply, under key: SharedReplyKey) {
        state.withLock { $0.replies[key] = reply }
    }
}

extension TestService.Options {
    /// Replies are shared through `cache`.
    mutating func share(through cache: any SharedReplyCache, _ search: GatedSearch) {
        backends = { backends in
            search.attach(backends.search)
            backends.search = search
            backends.sharedReplies = cache
        }
    }
}
