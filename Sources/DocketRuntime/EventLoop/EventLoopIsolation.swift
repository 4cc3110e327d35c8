extension EventLoop {
    /// Runs `body` on an actor that lives on this loop, from a callback of the loop itself.
    ///
    /// `assumeIsolated` asks the runtime which executor this is, at a tenth of what a turn costs;
    /// here one comparison of threads tells. Traps anywhere but on the loop's thread. What `body`
    /// needs comes as `argument`, since a closure that captures nothing costs nothing.
    @inlinable @inline(__always) package func isolated<Member: Actor, Argument>(
        to member: Member,
        _ argument: Argument,
        _ body: @escaping (isolated Member, Argument) -> Void
    ) {
        checkIsolated()
        // An isolated parameter is passed as any other: only the type differs.
        let plain = unsafe unsafeBitCast(body, to: ((Member, Argument) -> Void).self)
        plain(member, argument)
    }
}
