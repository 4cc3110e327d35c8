package import DocketCore

/// How the store on PostgreSQL works.
package struct PostgresConfiguration: Sendable {
    /// For calls: a user with the rights of `docket_app` and no more.
    package var login: Login
    /// For the outbox and the change feed: a user with the rights of `docket_worker`.
    package var workerLogin: Login
    /// Of the indices that documents are indexed into; nil where any index will do.
    package var series: IndexSeries?
    /// Connections for calls, each with a thread.
    package var connections = 8
    /// Connections of the worker; each keeps a server of a pooler for as long as it is busy.
    package var workerConnections = 3
    /// Calls that wait for a connection before more are refused.
    package var waitingMaximum = 1024
    /// Most time of a statement, whatever its caller's deadline.
    package var statementTime = Duration.seconds(30)
    /// Most time of a COMMIT, after which it is not known what became of it.
    package var commitTime = Duration.seconds(10)
    /// Most uploads and deletes of one transaction.
    package var groupCalls = 512
    /// Bytes of documents after which a transaction takes no more calls.
    package var groupBytes = 8 << 20
    /// Calls of one tenant that wait to be written before more are refused.
    package var waitingCalls = 8192
    /// Bytes of them.
    package var waitingBytes = 64 << 20
    /// Documents of one tenant that wait for the index before uploads are refused.
    package var waitingDocuments = 5_000_000
    /// Outcomes of calls with an idempotency key are kept this long.
    package var idempotencyLifetime = Duration.seconds(24 * 3600)
    /// Bytes of them that a tenant may have; calls with a key are refused beyond.
    package var idempotencyBytes = 256 << 20
    /// Deleted documents are known to Status this long, deleted collections to other servers.
    package var deletionLifetime = Duration.seconds(24 * 3600)
    /// Bytes of deleted documents that a collection may have; the oldest are forgotten beyond.
    package var deletionBytes = 64 << 20
    /// Least time between two raises of a collection's soft generation.
    package var softGenerationInterval = Duration.seconds(1)
    /// Time between two turns of ``PostgresUpkeep``.
    package var upkeepInterval = Duration.milliseconds(250)

    package init(login: Login, workerLogin: Login? = nil) {
        self.login = login
        self.workerLogin = workerLogin ?? login
    }
}

extension PostgresConfiguration {
    var writeLimits: WriteQueue.Limits {
        WriteQueue.Limits(
            groupCalls: groupCalls,
            groupBytes: groupBytes,
            waitingCalls: waitingCalls,
            waitingBytes: waitingBytes
        )
    }
}
