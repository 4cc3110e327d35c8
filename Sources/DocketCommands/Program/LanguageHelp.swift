internal import DocketSettings

/// The languages of queries and filters, for usage texts; docs/PROTOCOL.md has them whole.
enum LanguageHelp {
    static let query = Command.Topic(
        "QUERY, any text of at most 4 KiB",
        [
            ("word", "a word in any inflection"),
            (#""two words""#, "these words next to each other, each as it is"),
            ("begin*", "words that begin so, with two bytes or more"),
            ("field:word", "only in title, body or a searched attribute; also with a phrase"),
            ("-word", "leaves out documents with it; also with a phrase"),
            ("lib-foo", "its words, best next to each other"),
        ]
    )

    static let filter = Command.Topic(
        "--filter EXPR, of attributes that the collection lets filter",
        [
            ("name = VALUE", "also != < <= > >=; VALUE is -12.5, true, false or \"text\""),
            (#"name ^= "text""#, "a keyword that begins so"),
            ("name IN (VALUE, VALUE)", "one of these"),
            ("name BETWEEN 4 AND 6", "one value inside both ends, which belong to it"),
            ("EXISTS name", "there is a value"),
            ("NOT, AND, OR, ( )", "NOT binds most, then AND; capitals only"),
            (
                #""a \"b\" \\""#,
                "in a string \\\" is a quote and \\\\ a backslash; there is no other escape"
            ),
            (#""2026-01-31T10:00:00Z""#, "a time; 2026-01-31 is its midnight in UTC"),
        ]
    )
}
