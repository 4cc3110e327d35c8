package import DocketCore
package import DocketText

extension ClauseWords {
    /// Cuts a text that is looked for in a field, nil for all: each may have another language.
    package init(
        _ text: String,
        in field: String?,
        _ schema: CollectionSchema,
        _ cutter: WordCutter
    ) {
        let languages = field.map { [schema.language(of: $0)] } ?? schema.languages
        let cut = cutter.clause(text, in: languages.map { TextLanguage(code: $0?.code) })
        self.init(
            cut.words.map {
                Word(
                    $0.folded,
                    stems: $0.stems,
                    isLetter: $0.kind.isLetter,
                    isJoined: $0.kind.isJoined
                )
            },
            runs: cut.runs
        )
    }
}
