internal import Glibc

/// A POSIX semaphore that begins at zero: a futex, so a signal costs no system call while no thread
/// waits.
@safe package final class Semaphore: Sendable {
    // Because: `sem_post` and `sem_wait` are made for several threads.
    private nonisolated(unsafe) let semaphore: UnsafeMutablePointer<sem_t>

    package init() {
        unsafe semaphore = .allocate(capacity: 1)
        // Possible return codes: EINVAL and ENOSYS, neither for 0 and an unshared semaphore.
        unsafe sem_init(semaphore, 0, 0)
    }

    package func signal() { unsafe sem_post(semaphore) }

    /// Blocks the thread until one signal is taken.
    package func wait() {
        while unsafe sem_wait(semaphore) != 0 && errno == EINTR {}
    }

    deinit {
        unsafe sem_destroy(semaphore)
        unsafe semaphore.deallocate()
    }
}
