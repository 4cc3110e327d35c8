internal import DocketSystem

/// What happened to a service, for the log.
package enum LifecycleEvent: Sendable {
    case started(service: String, took: Duration)
    /// Its work failed; the end begins. One that cannot start is only thrown.
    case failed(service: String, error: any Error)
    case stopped(service: String, took: Duration)
    /// Did not stop within its time; the others are stopped nevertheless.
    case abandoned(service: String)
}

/// A service that could not start, or whose work failed.
package struct LifecycleError: Error, Sendable {
    package let service: String
    package let cause: any Error
}

/// Starts services in order, stops them in reverse order, each within its time.
package struct Lifecycle: Sendable {
    private struct Running {
        let service: any Service
        let work: Task<Void, Never>
    }

    private struct Startup {
        var running: [Running] = []
        var failure: (any Error)?
    }

    private let services: [any Service]
    private let stopLimit: Duration
    private let report: @Sendable (LifecycleEvent) -> Void

    /// - Parameters:
    ///   - services: Each may rely on those before it, from its start to its stop.
    ///   - stopLimit: The time that each one has to stop.
    ///   - report: Gets every event, from any thread.
    package init(
        services: [any Service],
        stopLimit: Duration,
        report: @escaping @Sendable (LifecycleEvent) -> Void
    ) {
        self.services = services
        self.stopLimit = stopLimit
        self.report = report
    }

    /// Runs the services until `shutdown` returns, one of them fails, or the task is cancelled.
    ///
    /// A service that is starting when the end is asked for is cancelled.
    ///
    /// - Parameters:
    ///   - ready: Called once, when all have started.
    ///   - shutdown: Waits for the wish to end, such as a signal; cancelled when it comes
    ///     otherwise.
    /// - Throws: `LifecycleError` if a service failed, after the others were stopped.
    package func run(
        ready: @Sendable () async throws -> Void = {},
        until shutdown: @escaping @Sendable () async -> Void
    ) async throws {
        let ending = OneShot<Void>()
        // Both are owned by this call, which awaits the first and cancels the second.
        let startup = Task { await startAll(failing: ending) }
        let watcher = Task {
            await shutdown()
            ending.succeed(())
            startup.cancel()
        }
        defer { watcher.cancel() }
        var started = await withTaskCancellationHandler {
            await startup.value
        } onCancel: {
            ending.fail(CancellationError())
            startup.cancel()
        }
        do {
            if started.failure == nil, !ending.isSettled { try await ready() }
            if started.failure == nil { try await ending.value() }
        } catch {
            started.failure = error is CancellationError ? nil : error
        }
        await stop(started.running)
        if let failure = started.failure { throw failure }
    }

    private func startAll(failing ending: OneShot<Void>) async -> Startup {
        var startup = Startup()
        for service in services where !ending.isSettled {
            let began = MonotonicTime.now()
            do {
                try await service.start()
            } catch {
                guard !ending.isSettled else { break }
                startup.failure = LifecycleError(service: service.name, cause: error)
                break
            }
            report(.started(service: service.name, took: .now() - began))
            startup.running.append(work(of: service, failing: ending))
        }
        return startup
    }

    /// Begins the service's own work, in a task that `stop` cancels.
    private func work(of service: any Service, failing ending: OneShot<Void>) -> Running {
        let work = Task {
            do {
                try await service.run()
            } catch  where !Task.isCancelled {
                report(.failed(service: service.name, error: error))
                ending.fail(LifecycleError(service: service.name, cause: error))
            } catch {}
        }
        return Running(service: service, work: work)
    }

    private func stop(_ running: [Running]) async {
        for item in running.reversed() {
            let began = MonotonicTime.now()
            let deadline = began + stopLimit
            let name = item.service.name
            // A task of its own, since stopping must work in a cancelled task as well.
            let stopping = Task {
                try await withDeadline(deadline) {
                    await item.service.stop(by: deadline)
                    item.work.cancel()
                    await item.work.value
                }
            }
            switch await stopping.result {
            case .success: report(.stopped(service: name, took: .now() - began))
            case .failure: report(.abandoned(service: name))
            }
        }
    }
}
