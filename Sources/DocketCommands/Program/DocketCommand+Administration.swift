internal import DocketSettings

extension DocketCommand {
    static let admin = Command(
        "admin",
        "backs a server up, restores it and mends what went wrong",
        examples: [.init("docket admin backup /var/backups/docket", "A copy on the server")],
        commands: [
            Command(
                "backup",
                "writes a copy of everything into a new directory of the server, while it works",
                operands: [.init("DIR")],
                examples: [.init("docket admin backup /var/backups/docket", "A copy")]
            ),
            Command(
                "restore",
                "makes a new data directory from a backup; the server is not running",
                settings: [CommandSettings.dataDirectory.definition],
                operands: [.init("DIR")],
                examples: [
                    .init(
                        "docket admin restore /var/backups/docket --data-dir ./docket-data",
                        "Start docketd with it afterwards"
                    )
                ]
            ),
            Command(
                "retry-failed",
                "has documents that failed indexed once more, of all tenants or of one",
                operands: [.init("TENANT", .optional), .init("COLLECTION", .optional)],
                examples: [.init("docket admin retry-failed library books", "Of one collection")]
            ),
            Command(
                "rebuild",
                "makes the index of a collection, or all of it, anew from its documents, while it "
                    + "is used",
                settings: [CommandSettings.isAll.definition],
                operands: [.init("TENANT", .optional), .init("COLLECTION", .optional)],
                examples: [
                    .init("docket admin rebuild library books", "Until it is done"),
                    .init("docket admin rebuild --all", "All indices at once, with one switch"),
                ]
            ),
            Command(
                "indices",
                "lists the indices of the search engine, with what is in them",
                examples: [.init("docket admin indices", "All")]
            ),
            Command(
                "cluster",
                "leads the index over to the search engine of --elasticsearch-next: show, begin, "
                    + "switch (also back again), release",
                operands: [.init("STEP")],
                examples: [
                    .init("docket admin cluster begin", "Changes go to both, the next is filled"),
                    .init("docket admin cluster show", "How far it is"),
                    .init("docket admin cluster switch", "The other one is searched"),
                ]
            ),
            Command(
                "health",
                "says how a server and its engines are, and what waits to be indexed",
                examples: [
                    .init("docket admin health", "Each part: its state, since when, last error"),
                    .init("docket --json admin health | jq .parts", "For programs"),
                ]
            ),
            Command(
                "hold",
                "holds indexing on all servers; uploads and deletes go on and wait",
                settings: [CommandSettings.reason.definition],
                operands: [.init("indexing")],
                examples: [
                    .init("docket admin hold indexing --reason 'more disks'", "For a while")
                ]
            ),
            Command(
                "release",
                "lets indexing go on",
                operands: [.init("indexing")],
                examples: [.init("docket admin release indexing", "What waits is indexed")]
            ),
            Command(
                "verify",
                "compares a tenant's documents with what the index holds, while it is used",
                settings: [
                    CommandSettings.sample.definition, CommandSettings.repairs.definition,
                ],
                operands: [.init("TENANT"), .init("COLLECTION", .optional)],
                examples: [
                    .init("docket admin verify library --repair", "And put differences right"),
                    .init("docket admin verify library books --sample 10000", "Some of many"),
                ]
            ),
            snapshot,
        ]
    )

    private static let snapshot = Command(
        "snapshot",
        "has the search engine keep copies of the index in its repository",
        examples: [.init("docket admin snapshot create", "One named by the time")],
        commands: [
            Command(
                "create",
                "makes one of all indices, while they are used",
                operands: [.init("NAME", .optional)],
                examples: [.init("docket admin snapshot create before-upgrade", "Until it is done")]
            ),
            Command(
                "list",
                "shows all, the oldest first",
                examples: [.init("docket admin snapshot list", "By hand and by the schedule")]
            ),
            Command(
                "restore",
                "makes the index of one and of what was changed since, while it is used",
                operands: [.init("NAME")],
                examples: [
                    .init("docket admin snapshot restore before-upgrade", "Until it is done")
                ]
            ),
        ]
    )
}
