internal import CDocketUV

/// A libuv call that failed, by libuv's own (negative) number.
package struct EventLoopError: Error, CustomStringConvertible, Sendable {
    package let code: Int32

    package var description: String { "event loop: \(unsafe String(cString: uv_strerror(code)))" }

    static func check(_ status: Int32) throws(EventLoopError) {
        if status < 0 { throw EventLoopError(code: status) }
    }
}

/// Owns one `uv_loop_t` and the three handles by which a loop is woken.
///
/// All but `wake()` belongs to the loop's thread.
@safe struct EventLoopHandle: ~Copyable {
    private let loop = UnsafeMutablePointer<uv_loop_t>.allocate(capacity: 1)
    private let wakeup = UnsafeMutablePointer<uv_async_t>.allocate(capacity: 1)
    private let timer = UnsafeMutablePointer<uv_timer_t>.allocate(capacity: 1)
    private let idle = UnsafeMutablePointer<uv_idle_t>.allocate(capacity: 1)
    private var isReferredTo = false

    /// Fails when descriptors or memory ran out.
    ///
    /// `owner` gets the turns, and has to call `close()` before it goes.
    init(owner: EventLoop) throws(EventLoopError) {
        try unsafe EventLoopError.check(uv_loop_init(loop))
        let data = unsafe Unmanaged.passUnretained(owner).toOpaque()
        try unsafe EventLoopError.check(
            uv_async_init(loop, wakeup) { handle in
                unsafe EventLoop.from(handle?.pointee.data)?.turn(.wakeup)
            }
        )
        unsafe uv_timer_init(loop, timer)
        unsafe uv_idle_init(loop, idle)
        unsafe wakeup.pointee.data = data
        unsafe timer.pointee.data = data
        unsafe idle.pointee.data = data
    }

    deinit {
        unsafe idle.deallocate()
        unsafe timer.deallocate()
        unsafe wakeup.deallocate()
        if !isReferredTo { unsafe loop.deallocate() }
    }

    /// From any thread: the loop has a turn soon, one for all wake-ups before it.
    func wake() { unsafe uv_async_send(wakeup) }

    /// A turn at this many milliseconds from now, instead of an earlier request.
    func setTimer(milliseconds: UInt64) {
        // The loop's cached time is as old as the turn; a timer counts from it.
        unsafe uv_update_time(loop)
        unsafe uv_timer_start(
            timer,
            { handle in unsafe EventLoop.from(handle?.pointee.data)?.turn(.deadlines) },
            milliseconds,
            0
        )
    }

    /// While `true`, the loop looks at the sockets without waiting and then has a turn.
    func setBusy(_ isBusy: Bool) {
        guard isBusy else {
            unsafe uv_idle_stop(idle)
            return
        }
        unsafe uv_idle_start(idle) { handle in
            unsafe EventLoop.from(handle?.pointee.data)?.turn(.leftover)
        }
    }

    /// Serves on the calling thread until `stop()`.
    func run() { unsafe uv_run(loop, UV_RUN_DEFAULT) }

    func stop() { unsafe uv_stop(loop) }

    /// Closes the loop's own handles, and the loop.
    ///
    /// A watch that was never closed, such as that of an abandoned service, still refers to the
    /// loop's memory, which is then kept.
    mutating func close() {
        unsafe end(wakeup)
        unsafe end(timer)
        unsafe end(idle)
        unsafe uv_run(loop, UV_RUN_NOWAIT)
        isReferredTo = unsafe uv_loop_close(loop) != 0
    }

    private func end<Kind>(_ handle: UnsafeMutablePointer<Kind>) {
        unsafe handle.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { handle in
            unsafe uv_close(handle, nil)
        }
    }

    /// A poll handle for `descriptor`, of which the caller becomes the owner.
    func makePoll(_ descriptor: Int32) throws(EventLoopError) -> UnsafeMutablePointer<uv_poll_t> {
        let poll = UnsafeMutablePointer<uv_poll_t>.allocate(capacity: 1)
        // Possible return codes: EPERM (not a thing to poll), EEXIST (watched already), ENOMEM.
        let status = unsafe uv_poll_init(loop, poll, descriptor)
        guard status == 0 else {
            unsafe poll.deallocate()
            throw EventLoopError(code: status)
        }
        return unsafe poll
    }

    /// A signal handle, of which the caller becomes the owner.
    func makeSignal() throws(EventLoopError) -> UnsafeMutablePointer<uv_signal_t> {
        let signal = UnsafeMutablePointer<uv_signal_t>.allocate(capacity: 1)
        let status = unsafe uv_signal_init(loop, signal)
        guard status == 0 else {
            unsafe signal.deallocate()
            throw EventLoopError(code: status)
        }
        return unsafe signal
    }
}

extension EventLoop {
    /// The loop that a handle of libuv names in its `data`.
    fileprivate static func from(_ data: UnsafeMutableRawPointer?) -> EventLoop? {
        guard let data = unsafe data else { return nil }
        return unsafe Unmanaged<EventLoop>.fromOpaque(data).takeUnretainedValue()
    }
}
