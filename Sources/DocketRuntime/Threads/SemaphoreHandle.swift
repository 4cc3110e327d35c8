internal import Glibc

/// Owns a POSIX semaphore: a futex, so that a signal nobody waits for costs no system call.
@safe final class SemaphoreHandle: Sendable {
    // Because: `sem_post` and `sem_wait` are made for several threads.
    private nonisolated(unsafe) let semaphore: UnsafeMutablePointer<sem_t>

    init() {
        unsafe semaphore = .allocate(capacity: 1)
        // Possible return codes: EINVAL and ENOSYS, neither for 0 and an unshared semaphore.
        unsafe sem_init(semaphore, 0, 0)
    }

    func signal() { unsafe sem_post(semaphore) }

    /// Waits for one signal.
    func wait() {
        while unsafe sem_wait(semaphore) != 0 && errno == EINTR {}
    }

    deinit {
        unsafe sem_destroy(semaphore)
        unsafe semaphore.deallocate()
    }
}
