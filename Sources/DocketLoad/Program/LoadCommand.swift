internal import DocketCommands
internal import DocketSettings

/// The tree of `docket-load`'s commands.
enum LoadCommand {
    static let program = Command(
        "docket-load",
        "measures a Docket server under load",
        examples: [
            .init(
                "docket-load run --collection books --queries queries.jsonl --rate 1000 --warm",
                "A thousand searches a second for ten seconds"
            )
        ],
        commands: [run, queries, generate]
    )

    private static let run = Command(
        "run",
        "offers searches and uploads at a fixed rate and measures them",
        settings: CommandSettings.forAll + LoadSettings.forRun,
        examples: [
            .init(
                "docket-load run --collection books --queries queries.jsonl --rate 500",
                "An open loop: calls begin when they are due, latency counts from then"
            ),
            .init(
                "docket-load run --collection books --queries queries.jsonl "
                    + "--documents books.jsonl --batch 10 --mix 95:5 --rate 500 --duration 1m",
                "Searches while documents are uploaded"
            ),
            .init(
                "docket-load run --collection books --queries queries.jsonl --rate max",
                "A closed loop of 64 callers: how many calls a second there can be"
            ),
        ]
    )

    private static let queries = Command(
        "queries",
        "draws queries from documents: 1 to 4 words, a fifth with a filter, a tenth with a facet",
        settings: LoadSettings.forQueries,
        operands: [.init("FILE")],
        examples: [
            .init(
                "docket-load queries packages.jsonl --schema packages.schema.json >queries.jsonl",
                "Five hundred, the same each time"
            )
        ]
    )

    private static let generate = Command(
        "generate",
        "makes documents that resemble those of a file, as many as are asked for",
        settings: LoadSettings.forGenerate,
        operands: [.init("N")],
        examples: [
            .init(
                "docket-load generate 1000000 --like packages.jsonl | docket upload packages -",
                "A million, the same each time"
            )
        ]
    )
}
