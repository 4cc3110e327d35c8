/// What is ready to run, first in, first out.
///
/// Two arrays that change places: no job is moved once it was appended, and in the steady state
/// nothing is allocated.
struct JobQueue<Job> {
    /// Storage beyond this many jobs is given back after a burst.
    private static var keptCapacity: Int { 4_096 }

    private var incoming: [Job] = []
    private var current: [Job] = []
    private var next = 0

    var count: Int { incoming.count + current.count - next }
    var isEmpty: Bool { incoming.isEmpty && next == current.count }

    mutating func append(_ job: Job) { incoming.append(job) }

    mutating func append(contentsOf jobs: [Job]) { incoming.append(contentsOf: jobs) }

    mutating func popFirst() -> Job? {
        if next == current.count { swap(&incoming, &current) }
        guard next < current.count else { return nil }
        let job = current[next]
        next += 1
        if next == current.count {
            current.removeAll(keepingCapacity: current.capacity <= Self.keptCapacity)
            next = 0
        }
        return job
    }
}

extension JobQueue: Sendable where Job: Sendable {}
