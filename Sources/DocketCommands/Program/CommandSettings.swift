package import DocketSettings

/// Every setting of `docket` and its commands.
package enum CommandSettings {
    // For all commands.
    static let address = Setting<[String]>.list(
        "address",
        "HOST:PORT",
        help: "where the server is; several for several servers (default 127.0.0.1:7700)"
    ).from([.arguments, .environment])
    static let key = Setting<String?>.text("key", "KEY", help: "the key, for trying things out")
        .from([.arguments, .environment]).secret(inArguments: true)
    static let keyFile = Setting<String?>.text(
        "key-file",
        "FILE",
        help: "a file that holds the key"
    ).from([.arguments, .environment])
    package static let isJSON = Setting<Bool>.flag("json", help: "print JSON for programs").from(
        .arguments
    )
    static let timeout = Setting<Duration?>.duration(
        "timeout",
        in: .milliseconds(1) ... .seconds(86_400),
        help: "how long a call may take, its retries included"
    ).from([.arguments, .environment])
    static let usesTLS = Setting<Bool>.flag("tls", help: "connect by TLS")
        .from([.arguments, .environment])
    static let tlsCA = Setting<String?>.text(
        "tls-ca",
        "FILE",
        help: "authorities to believe instead of the system's; implies --tls"
    ).from([.arguments, .environment])
    static let tlsServerName = Setting<String?>.text(
        "tls-server-name",
        "NAME",
        help: "the name that the server's certificate is for"
    ).from([.arguments, .environment])
    static let tlsClientCert = Setting<String?>.text(
        "tls-client-cert",
        "FILE",
        help: "this client's certificate; with --tls-client-key"
    ).from([.arguments, .environment])
    static let tlsClientKey = Setting<String?>.text(
        "tls-client-key",
        "FILE",
        help: "the key of this client's certificate"
    ).from([.arguments, .environment])

    package static let forAll: [SettingDefinition] = [
        address.definition, key.definition, keyFile.definition, isJSON.definition,
        timeout.definition, usesTLS.definition, tlsCA.definition, tlsServerName.definition,
        tlsClientCert.definition, tlsClientKey.definition,
    ]

    // For some.
    static let isAll = Setting<Bool>.flag("all", help: "all that there is").from(.arguments)
    static let isForever = Setting<Bool>.flag("forever", help: "without an end").from(.arguments)
    static let isConfirmed = Setting<Bool>.flag("yes", help: "do not ask").from(.arguments)
    static let tenant = Setting<String?>.text("tenant", "NAME", help: "whose keys")
        .from(.arguments)
    static let scopes = Setting<[String]>.list(
        "scope",
        "read,write,admin",
        help: "what the key may do (default all three)"
    ).from(.arguments)
    static let expires = Setting<Duration?>.duration(
        "expires",
        in: .seconds(1) ... .seconds(100 * 365 * 86_400),
        help: "how long the key is good, such as 30d (default for ever)"
    ).from(.arguments)
    static let quotaDocuments = quota("documents", "documents over all collections")
    static let quotaBytes = quota("bytes", "bytes of text and attributes over all collections")
    static let quotaCollections = quota("collections", "collections")
    static let attributes = Setting<[String]>.repeated(
        "attribute",
        "NAME:TYPE[:USES]",
        help: "TYPE is keyword, text, number, boolean or time; "
            + "USES are of filter, sort, facet and search, with commas"
    ).from(.arguments)
    static let language = Setting<String?>.text(
        "language",
        "CODE",
        help: "the language of titles, bodies and searched attributes, such as de (default open)"
    ).from(.arguments)
    static let schema = Setting<String?>.text(
        "schema",
        "FILE",
        help:
            "attributes as JSON: {\"NAME\": {\"type\": \"keyword\", \"uses\": [\"filter\"]}, ...}; "
            + "\"language\" of a text"
    ).from(.arguments)
    static let waits = Setting<Bool>.flag(
        "wait",
        help: "return when all documents are indexed or failed"
    ).from(.arguments)
    static let fromLine = Setting<Int>.integer(
        "from-line",
        default: 1,
        in: 1...Int.max,
        help: "go on with this line of the input, all files counted as one"
    ).from(.arguments)
    static let filter = Setting<String?>.text(
        "filter",
        "EXPR",
        help: "a condition, such as 'year >= 1970 AND authors = \"Knuth\"'"
    ).from(.arguments)
    static let sort = Setting<[String]>.list(
        "sort",
        "NAME[:desc]",
        help: "the order: attributes or score, with commas"
    ).from(.arguments)
    static let facets = Setting<[String]>.list(
        "facet",
        "NAME[:N]",
        help: "count the values of an attribute, the first N (default 10)"
    ).from(.arguments)
    static let fields = Setting<[String]>.list(
        "fields",
        "NAME,...",
        help: "what to show: title, body, attributes by name (default all; search leaves body out)"
    ).from(.arguments)
    static let highlights = Setting<[String]>.list(
        "highlight",
        "NAME,...",
        help: "fields to mark the found words in (default body; none for none)"
    ).from(.arguments)
    static let matchesAny = Setting<Bool>.flag(
        "any",
        help: "some of the words are enough, documents with all come first (the default)"
    ).from(.arguments)
    static let matchesAll = Setting<Bool>.flag("all", help: "only documents with all of the words")
        .from(.arguments)
    static let exactWords = Setting<Bool>.flag(
        "exact-words",
        help: "search words that no document has as they are, without correcting them"
    ).from(.arguments)
    static let explains = Setting<Bool>.flag(
        "explain",
        help: "say what makes the score of each hit (with --limit of at most 50)"
    ).from(.arguments)
    static let limit = Setting<Int>.integer(
        "limit",
        default: 10,
        in: 0...1000,
        help: "hits of a page"
    ).from(.arguments)
    static let suggestions = Setting<Int>.integer(
        "limit",
        default: 10,
        in: 1...50,
        help: "most completions"
    ).from(.arguments)
    static let cursor = Setting<String?>.text(
        "cursor",
        "C",
        help: "where the last page or stream ended"
    ).from(.arguments)
    package static let maxStale = Setting<Duration?>.duration(
        "max-stale",
        in: .zero ... .seconds(86_400),
        help: "take a cached answer this much older than the newest change (default 0s)"
    ).from(.arguments)
    static let sample = Setting<Int>.integer(
        "sample",
        default: 0,
        in: 0...Int.max,
        help: "compare so many documents of each collection, drawn at random; 0 for all"
    ).from(.arguments)
    static let reason = Setting<String?>.text(
        "reason",
        "TEXT",
        help: "why, for other operators"
    ).from(.arguments)
    static let repairs = Setting<Bool>.flag("repair", help: "put differences right")
        .from(.arguments)
    static let dataDirectory = Setting<String?>.text(
        "data-dir",
        "DIR",
        help: "the data directory of the stopped server"
    ).from([.arguments, .environment])

    private static func quota(_ name: String, _ what: String) -> Setting<Int?> {
        Setting<Int?>.integer("quota-\(name)", in: 0...Int.max, help: "most \(what)")
            .from(.arguments)
    }
}
