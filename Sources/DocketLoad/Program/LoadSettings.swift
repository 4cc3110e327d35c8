internal import DocketCommands
internal import DocketSettings

/// The settings of `docket-load` beside those that it shares with `docket`.
enum LoadSettings {
    static let collection = Setting<String?>.text(
        "collection",
        "NAME",
        help: "what is searched, and uploaded to"
    ).from(.arguments)
    static let queries = Setting<String?>.text(
        "queries",
        "FILE",
        help: "searches, one a line: words, or {\"query\", \"filter\", \"facets\", \"sort\"}"
    ).from(.arguments)
    static let documents = Setting<String?>.text(
        "documents",
        "FILE",
        help: "documents to upload, one JSON object a line"
    ).from(.arguments)
    static let batch = Setting<Int>.integer(
        "batch",
        default: 1000,
        in: 1...UploadBatch.documentsMaximum,
        help: "documents of one upload"
    ).from(.arguments)
    static let mix = Setting<String?>.text(
        "mix",
        "SEARCHES:UPLOADS",
        help: "how they alternate where both are given, such as 95:5"
    ).from(.arguments)
    static let rate = Setting<String?>.text(
        "rate",
        "R|max",
        help: "calls offered a second, whatever becomes of them; max for a closed loop"
    ).from(.arguments)
    static let duration = Setting<Duration>.duration(
        "duration",
        default: .seconds(10),
        in: .milliseconds(1) ... .seconds(86_400),
        help: "how long calls are offered"
    ).from(.arguments)
    static let connections = Setting<Int>.integer(
        "connections",
        default: 4,
        in: 1...1000,
        help: "most connections to each address"
    ).from(.arguments)
    static let inFlight = Setting<Int>.integer(
        "in-flight",
        default: 10_000,
        in: 1...1_000_000,
        help: "most calls under way; those due beyond it are counted as not offered"
    ).from(.arguments)
    static let callers = Setting<Int>.integer(
        "callers",
        default: 64,
        in: 1...100_000,
        help: "callers of the closed loop, with --rate max"
    ).from(.arguments)
    static let limit = Setting<Int>.integer(
        "limit",
        default: 10,
        in: 0...1000,
        help: "hits of a page"
    ).from(.arguments)
    static let warms = Setting<Bool>.flag("warm", help: "make each search once before measuring")
        .from(.arguments)

    static let schema = Setting<String?>.text(
        "schema",
        "FILE",
        help: "the collection's attributes, as for docket collection create"
    ).from(.arguments)
    static let count = Setting<Int>.integer(
        "count",
        default: 500,
        in: 1...1_000_000,
        help: "queries to draw"
    ).from(.arguments)
    static let seed = Setting<Int>.integer(
        "seed",
        default: 1,
        in: 0...Int.max,
        help: "the same seed draws the same from the same file"
    ).from(.arguments)

    static let like = Setting<String?>.text(
        "like",
        "FILE",
        help: "documents whose lengths, words and attributes are learned; without it coined words"
    ).from(.arguments)

    static let forRun = [
        collection.definition, queries.definition, documents.definition, batch.definition,
        mix.definition, rate.definition, duration.definition, connections.definition,
        inFlight.definition, callers.definition, limit.definition,
        CommandSettings.maxStale.definition, warms.definition,
    ]
    static let forQueries = [schema.definition, count.definition, seed.definition]
    static let forGenerate = [like.definition, seed.definition]
}
