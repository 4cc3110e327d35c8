internal import DocketSettings

/// Every setting of `docketd`: flag, environment variable and key of the file are one table.
enum ServerSettings {
    static let config = Setting.text("config", "FILE", help: "read settings from this file")
        .from([.arguments, .environment])
    static let dataDirectory = Setting.text(
        "data-dir",
        "DIR",
        default: "./docket-data",
        help: "where the embedded store keeps its files"
    )
    static let listen = Setting.address(
        "listen",
        default: HostPort(host: "127.0.0.1", port: 7700),
        help: "where calls are taken; port 0 takes a free one"
    )
    static let http = Setting.address(
        "http",
        default: HostPort(host: "127.0.0.1", port: 7701),
        help: "where health and metrics are shown; port 0 takes a free one"
    )
    static let readyFile = Setting.text(
        "ready-file",
        "FILE",
        help: "write the addresses here, as JSON, once calls are served"
    )
    static let tlsCertificate = Setting.text(
        "tls-cert",
        "FILE",
        help: "certificate chain (PEM); calls are then taken over TLS 1.3 only"
    )
    static let tlsKey = Setting.text(
        "tls-key",
        "FILE",
        help: "private key (PEM) of the certificate"
    )
    static let tlsClientAuthority = Setting.text(
        "tls-client-ca",
        "FILE",
        help: "ask clients for a certificate of these authorities (PEM)"
    )
    static let plaintext = Setting.flag(
        "insecure-plaintext",
        help: "take keys without TLS from other machines as well"
    )
    static let logLevel = Setting.choice(
        "log-level",
        of: ["debug", "info", "warning", "error"],
        default: "info",
        help: "least level that is logged, as JSON lines on standard error"
    )
    static let cacheBytes = Setting.bytes(
        "l1-bytes",
        default: 64 << 20,
        in: 0...(64 << 30),
        help: "memory for cached replies; 0 switches the cache off"
    )
    static let pageCacheBytes = Setting.bytes(
        "page-cache-bytes",
        default: 256 << 20,
        in: (1 << 20)...(64 << 30),
        help: "memory for the store's pages, over all tenants"
    )
    static let loops = Setting.integer(
        "loops",
        default: 0,
        in: 0...256,
        help: "event loops; 0 is one for each core"
    )
    static let slowCall = Setting.duration(
        "slow-call",
        default: .milliseconds(500),
        in: .milliseconds(1)...(.seconds(3600)),
        help: "log calls that take longer"
    )
    static let logsQueries = Setting.flag(
        "log-queries",
        help: "show the query in the line of a slow search"
    )
    static let candidates = Setting.integer(
        "candidates",
        default: 200_000,
        in: 1...100_000_000,
        help: "matches that a search looks at before it says approximate"
    )
    static let connections = Setting.integer(
        "connections",
        default: 10_000,
        in: 1...1_000_000,
        help: "connections taken at once"
    )
    static let connectionAge = Setting.duration(
        "connection-age",
        default: .seconds(1800),
        in: .seconds(1)...(.seconds(86_400)),
        help: "age at which a connection is asked to come again"
    )
    static let unreadLimit = Setting.duration(
        "unread-timeout",
        default: .seconds(20),
        in: .seconds(1)...(.seconds(3600)),
        help: "time after which a client that reads nothing of its replies is cut"
    )
    static let stopLimit = Setting.duration(
        "stop-timeout",
        default: .seconds(30),
        in: .seconds(1)...(.seconds(3600)),
        help: "time that calls have to end when the server stops"
    )
    static let idempotencyLifetime = Setting.duration(
        "idempotency-lifetime",
        default: .seconds(86_400),
        in: .seconds(1)...(.seconds(30 * 86_400)),
        help: "how long replies of calls with an idempotency key are kept"
    )
    static let idempotencyBytes = Setting.bytes(
        "idempotency-bytes",
        default: 256 << 20,
        in: (1 << 10)...(64 << 30),
        help: "room for what is kept of them, for each tenant; calls with a key are refused beyond"
    )
    static let postgres = Setting.url(
        "postgres",
        schemes: ["postgres", "postgresql"],
        help: "keep the truth in PostgreSQL: database and user of the calls, without a password"
    )
    static let postgresPasswordFile = Setting.text(
        "postgres-password-file",
        "FILE",
        help: "its password; otherwise PGPASSFILE or PGPASSWORD has it"
    )
    static let postgresWorker = Setting.url(
        "postgres-worker",
        schemes: ["postgres", "postgresql"],
        help: "the same database with the user of indexing, by default that of the calls"
    )
    static let postgresWorkerPasswordFile = Setting.text(
        "postgres-worker-password-file",
        "FILE",
        help: "the password of that user"
    )
    static let postgresConnections = Setting.integer(
        "postgres-connections",
        default: 8,
        in: 1...1000,
        help: "connections to PostgreSQL for calls"
    )
    static let elasticsearchSearches = Setting.integer(
        "elasticsearch-searches",
        default: 64,
        in: 1...1000,
        help: "searches that the search engine gets at once at most"
    )
    static let redis = Setting.url(
        "redis",
        schemes: ["redis", "rediss"],
        help: "a cache that servers share: Redis, with its user, without a password"
    )
    static let redisPasswordFile = Setting.text(
        "redis-password-file",
        "FILE",
        help: "the password of Redis"
    )
    static let elasticsearch = Setting.urls(
        "elasticsearch",
        schemes: ["http", "https"],
        help: "keep the index in Elasticsearch or OpenSearch: its nodes"
    )
    static let elasticsearchNext = Setting.urls(
        "elasticsearch-next",
        schemes: ["http", "https"],
        help: "another search engine that the index is led over to, with the same credentials"
    )
    static let elasticsearchAuthority = Setting.text(
        "elasticsearch-ca",
        "FILE",
        help: "authorities (PEM) that sign its certificates, by default the system's"
    )
    static let elasticsearchKeyFile = Setting.text(
        "elasticsearch-key-file",
        "FILE",
        help: "an API key for it, as the engine gives it out as `encoded`"
    )
    static let elasticsearchUser = Setting.text(
        "elasticsearch-user",
        "NAME",
        help: "a user of it, in place of an API key"
    )
    static let elasticsearchPasswordFile = Setting.text(
        "elasticsearch-password-file",
        "FILE",
        help: "the password of that user"
    )
    static let elasticsearchPrefix = Setting.text(
        "elasticsearch-prefix",
        "NAME",
        default: "docket",
        help: "what the names of its indices and aliases begin with"
    )
    static let elasticsearchShards = Setting.integer(
        "elasticsearch-shards",
        default: 1,
        in: 1...128,
        help: "primary shards of an index that is made"
    )
    static let elasticsearchReplicas = Setting.integer(
        "elasticsearch-replicas",
        default: 1,
        in: 0...16,
        help: "copies of each shard of an index that is made"
    )
    static let retentionInterval = Setting.duration(
        "retention-interval",
        default: .seconds(3600),
        in: .seconds(1)...(.seconds(7 * 86_400)),
        help: "how often documents are looked for that collections have kept for long enough"
    )
    static let snapshotRepository = Setting.text(
        "snapshot-repository",
        "PLACE",
        help: "where its snapshots go: file:///FOLDER, s3://BUCKET/PATH or a name that it knows"
    )
    static let snapshotInterval = Setting.duration(
        "snapshot-interval",
        in: .seconds(60)...(.seconds(30 * 86_400)),
        help: "make a snapshot of the index each time it has passed; by default none by itself"
    )
    static let snapshotBeforeSwitch = Setting.duration(
        "snapshot-before-switch",
        in: .seconds(60)...(.seconds(30 * 86_400)),
        help: "make a snapshot before another index is searched, unless one is no older than this"
    )
    static let snapshotsKept = Setting.integer(
        "snapshots-kept",
        default: 7,
        in: 1...1000,
        help: "snapshots made so, and before a switch, that are kept"
    )
    static let rolloverBytes = Setting.bytes(
        "rollover-bytes",
        default: 30 << 30,
        in: (1 << 20)...(1 << 40),
        help: "size of an index's shard at which new documents go to another index"
    )
    static let rolloverDocuments = Setting.integer(
        "rollover-documents",
        default: 200_000_000,
        in: 1000...2_000_000_000,
        help: "documents of an index at which new ones go to another index"
    )
    static let rolloverAge = Setting.duration(
        "rollover-age",
        default: .seconds(30 * 86_400),
        in: .seconds(3600)...(.seconds(3650 * 86_400)),
        help: "age of an index at which new documents go to another one, if it is worth it"
    )
    static let auditRate = Setting.integer(
        "audit-rate",
        default: 20,
        in: 0...10_000,
        help: "documents a second, drawn at random, of which index and truth are compared"
    )
    static let rabbitmq = Setting.url(
        "rabbitmq",
        schemes: ["amqp", "amqps"],
        help: "broker by which servers that take documents tell those that index"
    )
    static let rabbitmqPasswordFile = Setting.text(
        "rabbitmq-password-file",
        "FILE",
        help: "the password of RabbitMQ; without it and a user: guest"
    )
    static let role = Setting.list(
        "role",
        "api,indexer",
        help: "what this process does, default both"
    )

    static let all: [SettingDefinition] = [
        config.definition, dataDirectory.definition, listen.definition, http.definition,
        readyFile.definition, tlsCertificate.definition, tlsKey.definition,
        tlsClientAuthority.definition, plaintext.definition, logLevel.definition,
        cacheBytes.definition, pageCacheBytes.definition, loops.definition, slowCall.definition,
        logsQueries.definition, idempotencyBytes.definition,
        candidates.definition, connections.definition, connectionAge.definition,
        unreadLimit.definition,
        stopLimit.definition, idempotencyLifetime.definition, postgres.definition,
        postgresPasswordFile.definition, postgresWorker.definition,
        postgresWorkerPasswordFile.definition, postgresConnections.definition, redis.definition,
        redisPasswordFile.definition,
        elasticsearch.definition, elasticsearchNext.definition, elasticsearchAuthority.definition,
        elasticsearchKeyFile.definition, elasticsearchUser.definition,
        elasticsearchPasswordFile.definition, elasticsearchPrefix.definition,
        elasticsearchShards.definition, elasticsearchSearches.definition,
        elasticsearchReplicas.definition,
        snapshotRepository.definition, snapshotInterval.definition, snapshotsKept.definition,
        snapshotBeforeSwitch.definition, retentionInterval.definition,
        rolloverBytes.definition, rolloverDocuments.definition, rolloverAge.definition,
        rabbitmq.definition, rabbitmqPasswordFile.definition, role.definition,
        auditRate.definition,
    ]

    /// The program as its command line is read.
    static let command = Command(
        "docketd",
        "serve document search to many tenants",
        settings: all,
        examples: [
            .init("docketd", "embedded store in ./docket-data, calls on 127.0.0.1:7700"),
            .init(
                "docketd --listen 0.0.0.0:7700 --tls-cert cert.pem --tls-key key.pem",
                "over TLS for other machines"
            ),
        ],
        commands: [
            Command("migrate", "bring PostgreSQL's schema to this version, as its owner"),
            Command("reset-admin-key", "make a new key of administration, in DIR/admin.key"),
            Command(
                "restore",
                "make the data directory from a backup",
                operands: [.init("BACKUP")]
            ),
            Command("verify", "look for damage in every file of the data directory"),
        ],
        runsAlone: true
    )
}
