internal import Glibc
internal import Synchronization

/// One thread and the signal that wakes it.
@safe final class LogThreadHandle: Sendable {
    /// What the thread runs, kept alive until it has begun.
    private final class Start: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    // Because: `sem_post` and `sem_wait` are made for several threads.
    private nonisolated(unsafe) let semaphore: UnsafeMutablePointer<sem_t>

    private let thread = Mutex<pthread_t?>(nil)

    init() {
        unsafe semaphore = .allocate(capacity: 1)
        // Possible return codes: EINVAL and ENOSYS, neither for 0 and an unshared semaphore.
        unsafe sem_init(semaphore, 0, 0)
    }

    deinit {
        unsafe sem_destroy(semaphore)
        unsafe semaphore.deallocate()
    }

    func signal() { unsafe sem_post(semaphore) }

    /// Waits for one signal.
    func wait() {
        while unsafe sem_wait(semaphore) != 0 && errno == EINTR {}
    }

    /// Starts the thread, which runs `body`; false when the system refuses one.
    func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        let start = unsafe Unmanaged.passRetained(Start(body))
        var thread = pthread_t()
        let status = unsafe pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            },
            start.toOpaque()
        )
        guard status == 0 else {
            unsafe start.release()
            return false
        }
        self.thread.withLock { $0 = thread }
        return true
    }

    /// Waits for the end of the thread, if one was started and not waited for.
    func join() {
        guard let thread = thread.withLock({ $0.take() }) else { return }
        pthread_join(thread, nil)
    }
}
