internal import DocketCore
internal import DocketJSON
internal import DocketText

/// Settings and mapping of an index that Docket makes.
///
/// Docket cuts texts into folded words itself and sends these, their stems and grams, so that every
/// engine has the words that the embedded store has; the engine's analyzer splits at white space
/// alone.
struct Mapping: Sendable {
    /// Rises with each change of fields or analyzers; indices of another layout are not written.
    static let layout = 4
    /// Holds the words of all fields, those of the title as often as they count in the embedded
    /// store: BM25 over them is BM25F over the fields.
    static let everything = "everything"
    /// Holds the grams of letters of all fields, those of the title as often as its words: pairs of
    /// letters of scripts without spaces, and runs.
    static let grams = "everything_grams"
    static let title = "title"
    static let titleWeight = 4
    static let body = "body"
    static let tenant = "tenant"
    static let collection = "collection"
    static let number = "number"
    /// The field with the stems of a text field's words.
    static func stems(of field: String) -> String { "\(field)_stems" }

    let shards: Int
    let replicas: Int
    /// Names that the index has from the start.
    let aliases: [String]

    /// The body of the request that makes the index.
    func json() -> [UInt8] {
        var writer = JSONWriter()
        writer.object { index in
            index.member("settings") { $0.object(settings) }
            index.member("mappings") { $0.object(Self.mappings) }
            index.member("aliases") { aliases in
                aliases.object { all in
                    for alias in self.aliases { all.member(alias) { $0.object { _ in } } }
                }
            }
        }
        return writer.bytes
    }

    private func settings(_ settings: inout JSONWriter) {
        settings.member("number_of_shards", shards)
        settings.member("number_of_replicas", replicas)
        // Searches see what was applied when the indexer asks for it.
        settings.member("refresh_interval", "-1")
        settings.member("gc_deletes", "1h")
        settings.member("similarity") { similarity in
            similarity.object { all in
                all.member("default") { bm25 in
                    bm25.object {
                        $0.member("type", "BM25")
                        $0.member("k1", 1.2)
                        $0.member("b", 0.75)
                    }
                }
            }
        }
        settings.member("analysis") { $0.object(Self.analysis) }
    }

    private static func analysis(_ analysis: inout JSONWriter) {
        analysis.member("analyzer") { analyzers in
            analyzers.object { all in
                all.member("docket_words") { analyzer in
                    analyzer.object {
                        $0.member("type", "custom")
                        $0.member("tokenizer", "whitespace")
                    }
                }
            }
        }
    }

    /// The mapping by itself, as an index that has it answers.
    static func mappingsJSON() -> [UInt8] {
        var writer = JSONWriter()
        writer.object(mappings)
        return writer.bytes
    }

    private static func mappings(_ mappings: inout JSONWriter) {
        mappings.member("dynamic", "strict")
        mappings.member("_meta") { meta in
            meta.object {
                $0.member("docket_layout", layout)
                $0.member("docket_tokenizer", TokenizerHandle.version)
            }
        }
        mappings.member("_routing") { routing in routing.object { $0.member("required", true) } }
        // What is shown comes from the truth.
        mappings.member("_source") { source in source.object { $0.member("enabled", false) } }
        mappings.member("properties") { $0.object(properties) }
    }

    private static func properties(_ all: inout JSONWriter) {
        field(tenant, "keyword", &all)
        field(collection, "keyword", &all)
        field(number, "long", &all)
        text(everything, copied: false, &all)
        all.member(grams) { field in
            field.object { members in
                members.member("type", "text")
                members.member("analyzer", "docket_words")
                members.member("index_options", "freqs")
            }
        }
        text(title, copied: true, &all)
        text(body, copied: true, &all)
        for place in 1...SlotFields.textsMaximum {
            text(SlotFields.textName(place), copied: true, &all)
        }
        let types: [(AttributeType, String)] = [
            (.keyword, "keyword"), (.number, "double"), (.time, "long"), (.boolean, "byte"),
        ]
        for (type, engineType) in types {
            for place in 1...SlotFields.attributesMaximum {
                field(SlotFields.name(type, place), engineType, &all)
            }
        }
    }

    private static func field(_ name: String, _ type: String, _ all: inout JSONWriter) {
        all.member(name) { field in field.object { $0.member("type", type) } }
    }

    /// The fields of a text's words and of their stems, each copied to that of all texts.
    private static func text(_ name: String, copied: Bool, _ all: inout JSONWriter) {
        for (field, whole) in [(name, everything), (stems(of: name), stems(of: everything))] {
            all.member(field) { field in
                field.object { members in
                    members.member("type", "text")
                    members.member("analyzer", "docket_words")
                    guard copied else { return }
                    members.member("copy_to") { list in list.array { $0.value(whole) } }
                }
            }
        }
    }
}
