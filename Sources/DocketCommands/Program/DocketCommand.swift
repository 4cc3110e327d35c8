internal import DocketSettings

/// The tree of `docket`'s commands, from which its parser and its help texts are made.
enum DocketCommand {
    static let program = Command(
        "docket",
        "uploads, searches and administers the documents of a Docket server",
        settings: CommandSettings.forAll,
        examples: [
            .init("docket collection create books --attribute year:number:filter,sort", "Begin"),
            .init("docket upload books books.jsonl --wait", "Upload a file of JSON lines"),
            .init("docket search books 'algorithm -music' --limit 5", "Search"),
            .init("docket search --json books knuth | jq .hits", "Search from a program"),
        ],
        commands: [
            tenant, key, collection, upload, search, get, delete, status, watch, stream, suggest,
            synonyms, stats, admin,
        ]
    )

    static let collectionName = Command.Operand("COLLECTION")
    private static let quotas = [
        CommandSettings.quotaDocuments.definition, CommandSettings.quotaBytes.definition,
        CommandSettings.quotaCollections.definition,
    ]

    private static let tenant = Command(
        "tenant",
        "makes, lists and deletes tenants; needs the administrator's key",
        examples: [.init("docket tenant create library", "A tenant for the library")],
        commands: [
            Command(
                "create",
                "makes a tenant",
                settings: quotas,
                operands: [.init("NAME")],
                examples: [
                    .init("docket tenant create library --quota-documents 1000000", "With a bound")
                ]
            ),
            Command("list", "lists the tenants", examples: [.init("docket tenant list", "All")]),
            Command(
                "quota",
                "replaces what a tenant may hold; what is not given has no bound",
                settings: quotas,
                operands: [.init("NAME")],
                examples: [
                    .init("docket tenant quota library --quota-bytes 10737418240", "10 GiB")
                ]
            ),
            Command(
                "delete",
                "deletes a tenant with its keys and all that it holds",
                settings: [CommandSettings.isConfirmed.definition],
                operands: [.init("NAME")],
                examples: [.init("docket tenant delete library --yes", "Without being asked")]
            ),
        ]
    )

    private static let key = Command(
        "key",
        "makes, lists and revokes keys; needs the administrator's key",
        examples: [.init("docket key create --tenant library >library.key", "Keep a new key")],
        commands: [
            Command(
                "create",
                "makes a key and prints it, this once",
                settings: [
                    CommandSettings.tenant.definition, CommandSettings.scopes.definition,
                    CommandSettings.expires.definition,
                ],
                examples: [
                    .init(
                        "docket key create --tenant library --scope read --expires 30d",
                        "A key that only reads, for 30 days"
                    )
                ]
            ),
            Command(
                "list",
                "lists keys without their secrets",
                settings: [CommandSettings.tenant.definition],
                examples: [.init("docket key list --tenant library", "Keys of a tenant")]
            ),
            Command(
                "revoke",
                "makes a key useless, at once here and within 30 s everywhere",
                operands: [.init("ID")],
                examples: [.init("docket key revoke 0123456789ab", "By its id")]
            ),
        ]
    )

    private static let collection = Command(
        "collection",
        "makes, lists, shows, widens and deletes collections",
        examples: [.init("docket collection list", "All collections")],
        commands: [
            Command(
                "create",
                "makes a collection",
                settings: [
                    CommandSettings.attributes.definition, CommandSettings.schema.definition,
                    CommandSettings.language.definition,
                ],
                operands: [.init("NAME")],
                examples: [
                    .init(
                        "docket collection create books --attribute year:number:filter,sort"
                            + " --attribute authors:keyword:filter,facet,search",
                        "With two attributes"
                    ),
                    .init("docket collection create livres --language fr", "Of French texts"),
                ]
            ),
            Command(
                "list",
                "lists the collections",
                examples: [.init("docket collection list", "All")]
            ),
            Command(
                "show",
                "shows a collection's attributes",
                operands: [.init("NAME")],
                examples: [.init("docket collection show books", "One")]
            ),
            Command(
                "add-attribute",
                "adds attributes to a collection; they are never removed or changed",
                settings: [
                    CommandSettings.attributes.definition, CommandSettings.schema.definition,
                ],
                operands: [.init("NAME")],
                examples: [
                    .init(
                        "docket collection add-attribute books --attribute loaned:boolean:filter",
                        "One more"
                    )
                ]
            ),
            Command(
                "retention",
                "has documents deleted some days after a time that each of them says",
                settings: [CommandSettings.isForever.definition],
                operands: [
                    .init("NAME"), .init("ATTRIBUTE", .optional), .init("DAYS", .optional),
                ],
                examples: [
                    .init("docket collection retention books returned 90", "90 days after it"),
                    .init("docket collection retention books --forever", "As before"),
                ]
            ),
            Command(
                "delete",
                "deletes a collection with its documents",
                settings: [CommandSettings.isConfirmed.definition],
                operands: [.init("NAME")],
                examples: [.init("docket collection delete books --yes", "Without being asked")]
            ),
        ]
    )

    private static let upload = Command(
        "upload",
        "uploads documents, one JSON object a line, from files or standard input",
        settings: [CommandSettings.waits.definition, CommandSettings.fromLine.definition],
        operands: [collectionName, .init("FILE", .any)],
        examples: [
            .init("docket upload books books.jsonl --wait", "Until all can be found"),
            .init("zcat books.jsonl.gz | docket upload books -", "From a pipe"),
            .init("docket upload books books.jsonl --from-line 42001", "Go on after an interrupt"),
            .init(
                #"echo '{"id":"1","title":"One","attributes":{"year":74}}' | docket upload books"#,
                "What a line is like"
            ),
        ]
    )

    private static let search = Command(
        "search",
        "searches a collection; documents with some of the words are found, those with all first",
        settings: [
            CommandSettings.filter.definition, CommandSettings.sort.definition,
            CommandSettings.facets.definition, CommandSettings.limit.definition,
            CommandSettings.cursor.definition, CommandSettings.fields.definition,
            CommandSettings.highlights.definition, CommandSettings.matchesAll.definition,
            CommandSettings.matchesAny.definition, CommandSettings.exactWords.definition,
            CommandSettings.explains.definition, CommandSettings.maxStale.definition,
        ],
        operands: [collectionName, .init("QUERY", .optional)],
        topics: [LanguageHelp.query, LanguageHelp.filter],
        examples: [
            .init(#"docket search books '"fundamental algorithms"'"#, "A phrase"),
            .init(
                #"docket search books 'title:graph* -music' --filter 'year >= 1970'"#,
                "Words and a filter"
            ),
            .init("docket search books --sort year:desc --facet authors --limit 3", "No words"),
            .init("docket search books 'graph algorithms' --explain", "Why hits are there"),
            .init("docket search books -- '-music art'", "A query that begins with a hyphen"),
        ]
    )

    private static let get = Command(
        "get",
        "prints documents in their newest versions, one JSON object a line",
        operands: [collectionName, .init("ID", .oneOrMore)],
        examples: [.init("docket get books taocp-1", "One")]
    )

    private static let delete = Command(
        "delete",
        "deletes documents by id, or all that match a filter",
        settings: [CommandSettings.filter.definition, CommandSettings.isConfirmed.definition],
        operands: [collectionName, .init("ID", .any)],
        topics: [LanguageHelp.filter],
        examples: [
            .init("docket delete books taocp-1 taocp-2", "Two"),
            .init("docket delete books --filter 'year < 1900' --yes", "All old ones"),
        ]
    )

    private static let status = Command(
        "status",
        "shows the state of documents: counts for each collection, or one by one",
        operands: [.init("COLLECTION", .optional), .init("ID", .any)],
        examples: [
            .init("docket status", "All collections"),
            .init("docket status books taocp-1", "One document"),
        ]
    )

    private static let watch = Command(
        "watch",
        "follows what becomes of a collection's documents",
        operands: [collectionName],
        examples: [.init("docket watch books", "All of them")]
    )

    private static let stream = Command(
        "stream",
        "prints every match, or every document, one JSON object a line",
        settings: [
            CommandSettings.filter.definition, CommandSettings.fields.definition,
            CommandSettings.matchesAll.definition, CommandSettings.matchesAny.definition,
            CommandSettings.exactWords.definition, CommandSettings.cursor.definition,
        ],
        operands: [collectionName, .init("QUERY", .optional)],
        topics: [LanguageHelp.query, LanguageHelp.filter],
        examples: [
            .init("docket stream books >books.jsonl", "All, to be uploaded again"),
            .init("docket stream books graph --filter 'year >= 1970'", "Every match"),
        ]
    )

    private static let suggest = Command(
        "suggest",
        "completes what somebody has begun to type, by titles, keywords and words",
        settings: [CommandSettings.suggestions.definition],
        operands: [collectionName, .init("PREFIX")],
        examples: [
            .init("docket suggest books algo", "Up to ten, what most documents have first"),
            .init("docket suggest books 'graph algo' --limit 5", "The last word is completed"),
        ]
    )

    private static let synonyms = Command(
        "synonyms",
        "shows and sets words that find others as well",
        examples: [.init("docket synonyms show books", "One rule a line")],
        commands: [
            Command(
                "show",
                "shows the synonyms of a collection, without case and accents",
                operands: [collectionName],
                examples: [.init("docket synonyms show books >synonyms.txt", "To be set again")]
            ),
            Command(
                "set",
                "gives a collection the synonyms of a file, or of standard input, and no others",
                operands: [collectionName, .init("FILE", .optional)],
                examples: [
                    .init("docket synonyms set books synonyms.txt", "A file of rules, one a line"),
                    .init("echo 'car, automobile' | docket synonyms set books", "Each finds both"),
                    .init("echo 'pdp => computer' | docket synonyms set books", "One way"),
                    .init("docket synonyms set books /dev/null", "None"),
                ]
            ),
        ]
    )

    private static let stats = Command(
        "stats",
        "shows how many documents and bytes each collection holds",
        examples: [.init("docket stats", "All collections")]
    )
}
