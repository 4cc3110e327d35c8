internal import DocketCore
internal import DocketElasticsearch
internal import DocketPostgres
internal import DocketRabbitMQ
internal import DocketRedis
internal import DocketService
internal import DocketSettings

/// Which engines the settings name, and who asks them.
struct EngineSettings {
    let postgres: PostgresConfiguration
    let elasticsearch: ElasticsearchConfiguration
    /// Another cluster that the index is led over to.
    let elasticsearchNext: ElasticsearchConfiguration?
    let rollover: RolloverLimits
    /// nil where servers share no replies.
    let redis: RedisConfiguration?
    /// nil where indexers look for documents by themselves.
    let rabbitmq: RabbitMQConfiguration?
    /// When snapshots of the index are made, and how many are kept; nil where none are.
    let snapshots: (interval: Duration, kept: Int)?
    /// How old a snapshot may be before a switch, and how many made so are kept; nil for no matter.
    let switchSnapshots: (age: Duration, kept: Int)?
    let roles: Set<ServerRole>
    /// Documents a second that audits compare; 0 for no audits.
    let auditRate: Int
    let retention: RetentionLimits

    /// nil when no engine is named: the embedded store serves.
    ///
    /// - Throws: ``ServerFault`` `usage` that names the setting.
    init?(_ values: SettingValues) throws(ServerFault) {
        roles = try ServerRole.all(values)
        auditRate = values[ServerSettings.auditRate]
        retention = RetentionLimits(interval: values[ServerSettings.retentionInterval])
        let urls = values[ServerSettings.elasticsearch]
        guard let database = values[ServerSettings.postgres] else {
            guard urls.isEmpty, values[ServerSettings.elasticsearchNext].isEmpty else {
                throw ServerFault(.usage, "--elasticsearch needs --postgres, which holds the truth")
            }
            guard values[ServerSettings.rabbitmq] == nil else {
                throw ServerFault(
                    .usage,
                    "--rabbitmq needs --postgres: the embedded store indexes where it stores"
                )
            }
            guard values[ServerSettings.redis] == nil else {
                throw ServerFault(
                    .usage,
                    "--redis needs --postgres: the embedded store has one server, whose own "
                        + "memory is its cache"
                )
            }
            guard values[ServerSettings.snapshotRepository] == nil else {
                throw ServerFault(
                    .usage,
                    "--snapshot-repository needs --elasticsearch: docket admin backup copies the "
                        + "embedded store"
                )
            }
            guard roles == Set(ServerRole.allCases) else {
                throw ServerFault(
                    .usage,
                    "--role needs --postgres: the embedded store has one server, which does all"
                )
            }
            return nil
        }
        guard !urls.isEmpty else {
            throw ServerFault(.usage, "--postgres needs --elasticsearch, which holds the index")
        }
        postgres = try Self.postgres(database, values)
        elasticsearch = try Self.elasticsearch(urls, values)
        let next = values[ServerSettings.elasticsearchNext]
        elasticsearchNext = next.isEmpty ? nil : try Self.elasticsearch(next, values)
        var rollover = RolloverLimits()
        rollover.bytes = values[ServerSettings.rolloverBytes]
        rollover.documents = values[ServerSettings.rolloverDocuments]
        rollover.age = values[ServerSettings.rolloverAge]
        self.rollover = rollover
        redis = try Self.redis(values)
        rabbitmq = try Self.rabbitmq(values)
        let kept = values[ServerSettings.snapshotsKept]
        snapshots = try Self.ofRepository(ServerSettings.snapshotInterval, values).map {
            ($0, kept)
        }
        switchSnapshots = try Self.ofRepository(ServerSettings.snapshotBeforeSwitch, values).map {
            ($0, kept)
        }
    }

    /// A setting that needs a repository.
    private static func ofRepository(
        _ setting: Setting<Duration?>,
        _ values: SettingValues
    ) throws(ServerFault) -> Duration? {
        guard let value = values[setting] else { return nil }
        guard values[ServerSettings.snapshotRepository] != nil else {
            throw ServerFault(
                .usage,
                "--\(setting.definition.name) needs --snapshot-repository"
            )
        }
        return value
    }

    private static func rabbitmq(
        _ values: SettingValues
    ) throws(ServerFault) -> RabbitMQConfiguration? {
        let passwordFile = values[ServerSettings.rabbitmqPasswordFile]
        guard let url = values[ServerSettings.rabbitmq] else {
            guard passwordFile == nil else {
                throw ServerFault(.usage, "--rabbitmq-password-file needs --rabbitmq")
            }
            return nil
        }
        do throws(DocketError) {
            return try RabbitMQConfiguration(url: url, passwordFile: passwordFile)
        } catch {
            throw ServerFault(.usage, error.message)
        }
    }

    private static func redis(_ values: SettingValues) throws(ServerFault) -> RedisConfiguration? {
        let passwordFile = values[ServerSettings.redisPasswordFile]
        guard let url = values[ServerSettings.redis] else {
            guard passwordFile == nil else {
                throw ServerFault(.usage, "--redis-password-file needs --redis")
            }
            return nil
        }
        do throws(DocketError) {
            return try RedisConfiguration(url: url, passwordFile: passwordFile)
        } catch {
            throw ServerFault(.usage, error.message)
        }
    }

    /// The login of `migrate`.
    static func login(_ values: SettingValues) throws(ServerFault) -> Login {
        guard let url = values[ServerSettings.postgres] else {
            throw ServerFault(.usage, "migrate needs --postgres with the user who owns the schema")
        }
        return try login(url, values[ServerSettings.postgresPasswordFile])
    }

    private static func login(
        _ url: String,
        _ passwordFile: String?
    ) throws(ServerFault) -> Login {
        do throws(DocketError) {
            return try Login(url: url, passwordFile: passwordFile)
        } catch {
            throw ServerFault(.usage, error.message)
        }
    }

    private static func postgres(
        _ url: String,
        _ values: SettingValues
    ) throws(ServerFault) -> PostgresConfiguration {
        var worker: Login?
        if let url = values[ServerSettings.postgresWorker] {
            worker = try login(url, values[ServerSettings.postgresWorkerPasswordFile])
        }
        var configuration = PostgresConfiguration(
            login: try login(url, values[ServerSettings.postgresPasswordFile]),
            workerLogin: worker
        )
        configuration.connections = values[ServerSettings.postgresConnections]
        configuration.idempotencyLifetime = values[ServerSettings.idempotencyLifetime]
        configuration.idempotencyBytes = values[ServerSettings.idempotencyBytes]
        return configuration
    }

    private static func elasticsearch(
        _ urls: [String],
        _ values: SettingValues
    ) throws(ServerFault) -> ElasticsearchConfiguration {
        var configuration = ElasticsearchConfiguration(
            urls: urls,
            credentials: try credentials(values)
        )
        configuration.caFile = values[ServerSettings.elasticsearchAuthority]
        configuration.prefix = values[ServerSettings.elasticsearchPrefix]
        configuration.searches = values[ServerSettings.elasticsearchSearches]
        configuration.shards = values[ServerSettings.elasticsearchShards]
        configuration.replicas = values[ServerSettings.elasticsearchReplicas]
        guard let repository = values[ServerSettings.snapshotRepository] else {
            return configuration
        }
        do throws(DocketError) {
            configuration.repository = try SnapshotRepository(
                repository,
                prefix: configuration.prefix
            )
        } catch {
            throw ServerFault(.usage, "--snapshot-repository: \(error.message)")
        }
        return configuration
    }

    private static func credentials(
        _ values: SettingValues
    ) throws(ServerFault) -> EngineCredentials {
        let user = values[ServerSettings.elasticsearchUser]
        let passwordFile = values[ServerSettings.elasticsearchPasswordFile]
        switch (values[ServerSettings.elasticsearchKeyFile], user, passwordFile) {
        case (nil, nil, nil): return .none
        case (let file?, nil, nil): return .apiKey(file: file)
        case (nil, let user?, let file?): return .password(user: user, file: file)
        default:
            throw ServerFault(
                .usage,
                "--elasticsearch-user and --elasticsearch-password-file go together, and not with "
                    + "--elasticsearch-key-file"
            )
        }
    }
}
