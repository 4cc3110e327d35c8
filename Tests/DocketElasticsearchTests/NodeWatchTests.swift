import DocketSystem
import Testing

@testable import DocketElasticsearch

@Suite("Whether a node is there", .timeLimit(.minutes(5)))
struct NodeWatchTests {
    private static let limits = NodeWatch.Limits(quiet: .seconds(1), probe: .seconds(2))
    private static let start = MonotonicTime(nanoseconds: 1_000_000_000_000)

    private static func time(_ milliseconds: Int) -> MonotonicTime {
        start + .milliseconds(milliseconds)
    }

    @Test("one that is quiet is asked once, and silent when it says nothing")
    func silent() {
        var watch = NodeWatch(Self.limits, at: Self.start)
        #expect(watch.nextLook == Self.time(1000))
        #expect(watch.look(at: Self.time(999)) == .fine)
        #expect(watch.look(at: Self.time(1000)) == .ask)
        #expect(watch.nextLook == Self.time(3000))
        #expect(watch.look(at: Self.time(2999)) == .fine)
        #expect(watch.look(at: Self.time(3000)) == .silent)
    }

    @Test("one that says anything is asked again when it has been quiet again")
    func heard() {
        var watch = NodeWatch(Self.limits, at: Self.start)
        watch.heard(at: Self.time(900))
        #expect(watch.look(at: Self.time(1000)) == .fine)
        #expect(watch.look(at: Self.time(1900)) == .ask)
        watch.heard(at: Self.time(3800))
        #expect(watch.look(at: Self.time(3900)) == .fine)
        #expect(watch.look(at: Self.time(4800)) == .ask)
    }

    @Test("a question that does not arrive makes it silent, unless something came meanwhile")
    func askedInVain() {
        var watch = NodeWatch(Self.limits, at: Self.start)
        #expect(watch.askedInVain() == .fine)
        #expect(watch.look(at: Self.time(1000)) == .ask)
        #expect(watch.askedInVain() == .silent)
        watch.heard(at: Self.time(1001))
        #expect(watch.askedInVain() == .fine)
    }
}
