package import DocketCore
internal import DocketText

/// Where a search engine is and how Docket uses it.
package struct ElasticsearchConfiguration: Sendable {
    /// Addresses of its nodes, as `https://host:9200`; at least one.
    package var urls: [String]
    /// PEM file of the authorities that sign the engine's certificates; nil for the system's.
    package var caFile: String?
    package var credentials: EngineCredentials
    /// What the names of indices and aliases begin with; lower case.
    package var prefix = "docket"
    /// Of the fields of indices; tests have others.
    package var layout = Mapping.layout
    /// Primary shards of an index that is made.
    package var shards = 1
    /// Copies of each shard of an index that is made.
    package var replicas = 1
    /// Where snapshots go; nil for nowhere.
    package var repository: SnapshotRepository?
    /// Searches at the same time, which find out by themselves how many of them are of use.
    package var searches = 64
    /// Other requests at the same time.
    package var connections = 16
    /// How long a connection may take to be made.
    package var connectTimeout = Duration.seconds(3)
    /// Aliases of tenants in one index; more tenants share the pool's.
    package var aliasesMaximum = 500

    /// Of all indices that this version writes and searches.
    package var series: IndexSeries {
        IndexSeries(prefix: prefix, layout: layout, tokenizer: TokenizerHandle.version)
    }

    package init(urls: [String], credentials: EngineCredentials = .none) {
        self.urls = urls
        self.credentials = credentials
    }
}
