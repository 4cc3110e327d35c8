/// Encoded replies that all servers of one truth share, beyond what each holds in its own memory.
///
/// It never fails: whatever goes wrong is a miss. What it gives is as it was found: who asked
/// checks that it is whole, and that it is what was asked for.
package protocol SharedReplyCache: Sendable {
    /// What is stored under each of `keys`, at most 256, in their order; nil for what is not there
    /// or does not come in time.
    ///
    /// Takes some 20 ms at most, and ends sooner only where the time of `work` does.
    func lookup(_ keys: [SharedReplyKey], work: WorkLimit) async -> [SharedReply?]

    /// Stores `reply` soon, or not at all; returns at once.
    func store(_ reply: SharedReply, under key: SharedReplyKey)
}

/// The name of one reply: a keyed digest of 32 bytes, which nobody can guess.
package struct SharedReplyKey: Hashable, Sendable {
    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }
}

/// A reply in the form in which servers share it.
package struct SharedReply: Hashable, Sendable {
    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }
}
