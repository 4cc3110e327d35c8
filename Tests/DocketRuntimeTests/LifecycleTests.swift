internal import DocketRuntime
internal import DocketSystem
internal import Glibc
internal import Synchronization
internal import Testing

@Suite("Lifecycle", .timeLimit(.minutes(5)))
struct LifecycleTests {
    private final class Journal: Sendable {
        private let entries = Mutex<[String]>([])
        func note(_ entry: String) { entries.withLock { $0.append(entry) } }
        var all: [String] { entries.withLock { $0 } }
    }

    private struct Broken: Error {}

    private struct Part: Service {
        let name: String
        let journal: Journal
        var starting: @Sendable () async throws -> Void = {}
        var run: @Sendable () async throws -> Void = {}
        var stop: @Sendable () async -> Void = {}

        func start() async throws {
            journal.note("start \(name)")
            try await starting()
        }

        func run() async throws { try await run() }

        func stop(by deadline: MonotonicTime) async {
            journal.note("stop \(name)")
            await stop()
        }
    }

    private func lifecycle(
        _ services: [Part],
        _ journal: Journal,
        stopLimit: Duration = .seconds(30)
    ) -> Lifecycle {
        Lifecycle(services: services, stopLimit: stopLimit) { event in
            switch event {
            case .failed(let service, _): journal.note("\(service) failed")
            case .abandoned(let service): journal.note("\(service) abandoned")
            case .started, .stopped: break
            }
        }
    }

    @Test("starts in order, says that it is ready, and stops in reverse")
    func order() async throws {
        let journal = Journal()
        let services = ["a", "b", "c"].map { Part(name: $0, journal: journal) }
        let ending = OneShot<Void>()
        try await lifecycle(services, journal).run(
            ready: {
                journal.note("ready")
                ending.succeed(())
            },
            until: { try? await ending.value() }
        )
        #expect(
            journal.all
                == ["start a", "start b", "start c", "ready", "stop c", "stop b", "stop a"]
        )
    }

    @Test("stops those already started when one cannot start")
    func startFails() async throws {
        let journal = Journal()
        let services = [
            Part(name: "a", journal: journal),
            Part(name: "b", journal: journal, starting: { throw Broken() }),
            Part(name: "c", journal: journal),
        ]
        let error = await #expect(throws: LifecycleError.self) {
            try await lifecycle(services, journal).run(until: { await forever() })
        }
        #expect(error?.service == "b")
        #expect(error?.cause is Broken)
        #expect(journal.all == ["start a", "start b", "stop a"])
    }

    @Test("stops everything when the work of one fails")
    func workFails() async throws {
        let journal = Journal()
        let services = [
            Part(name: "a", journal: journal),
            Part(name: "b", journal: journal, run: { throw Broken() }),
        ]
        let error = await #expect(throws: LifecycleError.self) {
            try await lifecycle(services, journal).run(until: { await forever() })
        }
        #expect(error?.service == "b")
        #expect(journal.all.suffix(3) == ["b failed", "stop b", "stop a"])
    }

    @Test("abandons a service that does not stop in time, and stops the others")
    func stopHangs() async throws {
        let journal = Journal()
        let never = OneShot<Void>()
        let services = [
            Part(name: "a", journal: journal),
            Part(
                name: "b",
                journal: journal,
                stop: {
                    await Task { try? await never.value() }.value
                }
            ),
        ]
        let ready = OneShot<Void>()
        try await lifecycle(services, journal, stopLimit: .milliseconds(1)).run(
            ready: { ready.succeed(()) },
            until: { try? await ready.value() }
        )
        #expect(journal.all.suffix(3) == ["stop b", "b abandoned", "stop a"])
        never.succeed(())
    }

    @Test("cancels the work of a service once it was stopped")
    func cancelsWork() async throws {
        let journal = Journal()
        let part = Part(
            name: "a",
            journal: journal,
            run: {
                await forever()
                journal.note("work ended")
            }
        )
        let ready = OneShot<Void>()
        try await lifecycle([part], journal).run(
            ready: { ready.succeed(()) },
            until: { try? await ready.value() }
        )
        #expect(journal.all == ["start a", "stop a", "work ended"])
    }

    @Test("starts nothing more once the end is asked for")
    func endWhileStarting() async throws {
        let journal = Journal()
        try await lifecycle(
            [
                Part(name: "a", journal: journal, starting: { await forever() }),
                Part(name: "b", journal: journal),
            ],
            journal
        ).run(ready: { journal.note("ready") }, until: {})
        #expect(journal.all == ["start a", "stop a"])
    }

    @Test("stops in order when its own task is cancelled")
    func cancelled() async throws {
        let journal = Journal()
        let isReady = OneShot<Void>()
        let lifecycle = lifecycle([Part(name: "a", journal: journal)], journal)
        let running = Task {
            try await lifecycle.run(
                ready: { isReady.succeed(()) },
                until: { await forever() }
            )
        }
        try await isReady.value()
        running.cancel()
        try await running.value
        #expect(journal.all == ["start a", "stop a"])
    }
}

/// Waits until the task is cancelled.
private func forever() async { _ = try? await OneShot<Void>().value() }

@Suite("Signals", .serialized, .timeLimit(.minutes(5)))
struct SignalTests {
    @Test("delivers a signal to the process as a value")
    func reload() async throws {
        try await withLoop { loop in
            let signals = try await loop.signals([.reload])
            for _ in 0..<3 {
                kill(getpid(), SIGHUP)
                var iterator = signals.makeAsyncIterator()
                #expect(await iterator.next() == .reload)
            }
        }
    }

    @Test("ends the stream with the loop")
    func end() async throws {
        let signals = try await withLoop { try await $0.signals([.reload]) }
        for await _ in signals { Issue.record("no signal was sent") }
    }

    @Test("raises the limit of open files, and again without harm")
    func openFiles() {
        let limit = OpenFiles.raiseLimit()
        #expect(limit > 0)
        #expect(OpenFiles.raiseLimit() == limit)
    }
}
