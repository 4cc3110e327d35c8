extension EventLoop {
    /// Runs `body` on an actor that lives on this loop, from a callback of the loop itself.
    ///
    /// `assumeIsolated` asks the runtime which executor this is, at a tenth of what a turn costs;
    /// here one comparison of threads tells. Traps anywhere but on the loop's thread.
    package func isolated<Member: Actor, Value>(
        to member: Member,
        _ body: (isolated Member) throws -> Value
    ) rethrows -> Value {
        checkIsolated()
        // An isolated parameter is passed as any other: only the type differs.
        return try withoutActuallyEscaping(body) { body in
            let plain = unsafe unsafeBitCast(body, to: ((Member) throws -> Value).self)
            return try plain(member)
        }
    }
}
