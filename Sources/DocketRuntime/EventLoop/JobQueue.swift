/// The jobs that are ready to run, first in, first out.
///
/// Two arrays that change places: no job is moved once it was appended, and in the steady state
/// nothing is allocated.
struct JobQueue {
    /// Storage beyond this many jobs is given back after a burst.
    private static let keptCapacity = 4_096

    private var incoming: [UnownedJob] = []
    private var current: [UnownedJob] = []
    private var next = 0

    var count: Int { incoming.count + current.count - next }
    var isEmpty: Bool { incoming.isEmpty && next == current.count }

    mutating func append(_ job: UnownedJob) { incoming.append(job) }

    mutating func append(contentsOf jobs: [UnownedJob]) { incoming.append(contentsOf: jobs) }

    mutating func popFirst() -> UnownedJob? {
        if next == current.count {
            current.removeAll(keepingCapacity: current.capacity <= Self.keptCapacity)
            swap(&incoming, &current)
            next = 0
        }
        guard next < current.count else { return nil }
        next += 1
        return current[next - 1]
    }
}
