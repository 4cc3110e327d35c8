package import DocketSystem
internal import Glibc
internal import Synchronization

/// A thread that is the executor of actors around blocking C calls, such as those of SQLite.
///
/// What queued up while the thread was busy is taken as a whole, and a burst wakes it once. The
/// queue's length is `queueDepth`; its users bound it by admission.
@safe package final class ThreadExecutor: SerialExecutor, TaskExecutor, Sendable {
    private struct Queue {
        var jobs = JobQueue<UnownedJob>()
        var isSleeping = false
        var isStopping = false
    }

    private let queue = Mutex(Queue())
    private let wakeup = Semaphore()
    private let depth = Atomic<Int>(0)
    private let owner = Atomic<UInt>(0)
    private let thread = Mutex<SystemThread?>(nil)

    /// Starts the thread; `name` shows in tools.
    package init(name: String) throws(ThreadError) {
        let started = try SystemThread(name: name) { [self] in run() }
        thread.withLock { $0 = started }
    }

    /// Jobs that wait or run.
    package var queueDepth: Int { depth.load(ordering: .relaxed) }

    package var isCurrent: Bool { owner.load(ordering: .relaxed) == pthread_self() }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        depth.add(1, ordering: .relaxed)
        let mustWake = queue.withLock { queue in
            queue.jobs.append(job)
            defer { queue.isSleeping = false }
            return queue.isSleeping
        }
        if mustWake { wakeup.signal() }
    }

    package func checkIsolated() { precondition(isCurrent, "not on this executor's thread") }

    package func isIsolatingCurrentContext() -> Bool? { isCurrent }

    /// Runs what is queued, ends the thread and waits for its end.
    ///
    /// What is enqueued afterwards never runs: the actors on it are closed first.
    package func shutdown() {
        let mustWake = queue.withLock { queue in
            queue.isStopping = true
            defer { queue.isSleeping = false }
            return queue.isSleeping
        }
        if mustWake { wakeup.signal() }
        thread.withLock { $0 }?.join()
    }

    private func run() {
        owner.store(pthread_self(), ordering: .relaxed)
        var ready = JobQueue<UnownedJob>()
        while takeJobs(into: &ready) {
            while let job = ready.popFirst() {
                unsafe job.runSynchronously(
                    isolatedTo: asUnownedSerialExecutor(),
                    taskExecutor: asUnownedTaskExecutor()
                )
                depth.subtract(1, ordering: .relaxed)
            }
        }
    }

    /// Waits for jobs and takes them all; `false` when there are none and will be none.
    private func takeJobs(into ready: inout JobQueue<UnownedJob>) -> Bool {
        while true {
            let mayEnd = queue.withLock { queue in
                swap(&queue.jobs, &ready)
                queue.isSleeping = ready.isEmpty && !queue.isStopping
                return queue.isStopping
            }
            if !ready.isEmpty { return true }
            if mayEnd { return false }
            wakeup.wait()
        }
    }
}
