/// What bounds the way of changes from the outbox to the index.
package struct BulkLimits: Sendable {
    package var bulkDocuments = 1000
    package var bulkBytes = 5 << 20
    /// Bulks under way at once.
    package var width = 2
    /// Leases held at once, so that no more is indexed between two refreshes.
    ///
    /// Nearly all wait for one, without their texts.
    package var leases = 100_000
    package var leaseTime = Duration.seconds(60)
    /// A change that was not sent this long after its lease is given back.
    package var sendingTime = Duration.seconds(15)
    /// A change that was applied is refreshed this long after its lease at the latest.
    package var refreshingTime = Duration.seconds(40)
    /// Time for one answer of the index or the outbox.
    package var answerTime = Duration.seconds(10)
    /// Time between two looks into the outbox while nothing is heard of it.
    package var poll = Duration.seconds(1)
    /// The same where hints tell of what other processes took.
    package var hintedPoll = Duration.seconds(5)
    /// Time between two leases while the outbox has less than a bulk: what comes meanwhile goes
    /// together, and is found no later, since refreshes are further apart.
    package var leaseSpacing = Duration.milliseconds(200)
    /// Time between the canaries of a hold.
    package var canary = Duration.seconds(5)
    /// Time from the beginning of one refresh to that of the next.
    package var refreshShortest = Duration.seconds(5)
    package var refreshLongest = Duration.seconds(30)
    /// Changes after which a refresh does not wait for its time once no more are to come.
    package var refreshAtOnce = 10_000
    /// Time that a refresh waits for more while bulks are under way.
    package var gathering = Duration.seconds(1)
    /// Attempts by itself after which a refused change fails.
    package var attempts = 3
    /// Delay before the next attempt of a refused change, for each one it had.
    package var attemptDelay = Duration.seconds(1)
    /// Pause after the engine was busy or away.
    package var pauseBase = Duration.milliseconds(250)
    package var pauseCap = Duration.seconds(30)

    package init() {}
}
