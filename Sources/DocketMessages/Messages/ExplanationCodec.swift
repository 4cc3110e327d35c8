internal import CDocketMessages
package import DocketCore
internal import DocketWire

extension WordPlaces: ContractMessage {
    static var initialise: Initialise<Docket__V1__WordPlaces> {
        unsafe docket__v1__word_places__init
    }

    static func read(_ fields: Docket__V1__WordPlaces) throws(DocketError) -> WordPlaces {
        guard let source = Source(rawValue: UInt8(clamping: fields.source.rawValue)) else {
            throw .unreadable(.outOfRange(field: 3))
        }
        return unsafe WordPlaces(
            field: text(fields.field),
            count: Int(fields.count),
            source: source,
            found: texts(fields.found, fields.n_found)
        )
    }

    func write(to fields: inout Docket__V1__WordPlaces, _ arena: WritingArena) {
        unsafe fields.field = arena.text(field)
        fields.count = UInt32(clamping: count)
        fields.source = Docket__V1__WordSource(UInt32(source.rawValue))
        unsafe (fields.n_found, fields.found) = arena.texts(found)
    }
}

extension ScorePart: ContractMessage {
    static var initialise: Initialise<Docket__V1__ScorePart> {
        unsafe docket__v1__score_part__init
    }

    static func read(_ fields: Docket__V1__ScorePart) throws(DocketError) -> ScorePart {
        guard let kind = Kind(rawValue: UInt8(clamping: fields.kind.rawValue)) else {
            throw .unreadable(.outOfRange(field: 1))
        }
        return try unsafe ScorePart(
            kind,
            words: texts(fields.words, fields.n_words),
            score: fields.score,
            weight: fields.weight,
            idf: fields.idf,
            tf: fields.tf,
            places: list(fields.places, fields.n_places)
        )
    }

    func write(to fields: inout Docket__V1__ScorePart, _ arena: WritingArena) {
        fields.kind = Docket__V1__ScorePartKind(UInt32(kind.rawValue))
        unsafe (fields.n_words, fields.words) = arena.texts(words)
        fields.score = score
        fields.weight = weight
        fields.idf = idf
        fields.tf = tf
        unsafe (fields.n_places, fields.places) = arena.list(places)
    }
}

extension Explanation: ContractMessage {
    static var initialise: Initialise<Docket__V1__Explanation> {
        unsafe docket__v1__explanation__init
    }

    static func read(_ fields: Docket__V1__Explanation) throws(DocketError) -> Explanation {
        try unsafe Explanation(
            parts: list(fields.parts, fields.n_parts),
            scale: fields.scale,
            isCut: Bool(fields.cut)
        )
    }

    func write(to fields: inout Docket__V1__Explanation, _ arena: WritingArena) {
        unsafe (fields.n_parts, fields.parts) = arena.list(parts)
        fields.scale = scale
        fields.cut = protobuf_c_boolean(isCut)
    }
}
