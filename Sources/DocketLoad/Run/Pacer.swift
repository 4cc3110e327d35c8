internal import DocketRuntime
internal import DocketSystem
internal import Glibc

/// The exact waiting of a thread that does nothing else, and the processor time of the process.
///
/// Timers of event loops and of tasks are right to a millisecond, which is ten times what a cached
/// search takes.
enum Pacer {
    /// Longest wait at a stretch, in nanoseconds: how long a cancelled task may go unnoticed.
    private static let stretchMaximum: UInt64 = 50_000_000

    /// Lets the system wake this thread at the time it asks for, rather than up to 50 µs later.
    ///
    /// Where that is not allowed, lateness shows in the result.
    static func sharpenTimers() {
        guard let thread = threadNumber() else { return }
        let file = unsafe open("/proc/\(thread)/timerslack_ns", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        unsafe write(file, "1", 1)
        close(file)
    }

    /// The system's number of this thread: the last part of `PROCESS/task/THREAD`.
    private static func threadNumber() -> Int? {
        var buffer = [CChar](repeating: 0, count: 64)
        let count = unsafe readlink("/proc/thread-self", &buffer, buffer.count)
        guard count > 0 else { return nil }
        let link = String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
        return link.split(separator: "/").last.flatMap { Int($0) }
    }

    /// Blocks this thread until `time`, or for 50 ms when that is less.
    static func wait(until time: MonotonicTime) {
        let last = MonotonicTime.now().nanoseconds + stretchMaximum
        let end = min(time.nanoseconds, last)
        var until = timespec(
            tv_sec: Int(end / 1_000_000_000),
            tv_nsec: Int(end % 1_000_000_000)
        )
        while unsafe clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nil) == EINTR {}
    }

    /// What all threads of this process have used so far.
    static func processorTime() -> Duration {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
