internal import CDocketMessages
package import DocketCore
internal import DocketWire

extension SuggestRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__SuggestRequest> {
        unsafe docket__v1__suggest_request__init
    }

    static func read(_ fields: Docket__V1__SuggestRequest) throws(DocketError) -> SuggestRequest {
        unsafe SuggestRequest(
            collection: text(fields.collection),
            prefix: text(fields.prefix),
            limit: fields.limit == 0 ? 10 : Int(fields.limit)
        )
    }

    func write(to fields: inout Docket__V1__SuggestRequest, _ arena: WritingArena) {
        unsafe fields.collection = arena.text(collection)
        unsafe fields.prefix = arena.text(prefix)
        fields.limit = UInt32(clamping: limit)
    }
}

extension SuggestReply: ContractMessage {
    static var initialise: Initialise<Docket__V1__SuggestReply> {
        unsafe docket__v1__suggest_reply__init
    }

    static func read(_ fields: Docket__V1__SuggestReply) throws(DocketError) -> SuggestReply {
        let found = unsafe texts(fields.suggestions, fields.n_suggestions)
        let kinds = unsafe numbers(fields.kinds, fields.n_kinds)
        let documents = unsafe numbers(fields.documents, fields.n_documents)
        guard found.count == kinds.count else { throw .unreadable(.outOfRange(field: 2)) }
        guard found.count == documents.count else { throw .unreadable(.outOfRange(field: 3)) }
        var suggestions: [Suggestion] = []
        for (place, text) in found.enumerated() {
            let number = UInt8(clamping: kinds[place].rawValue)
            guard let kind = Suggestion.Kind(rawValue: number) else {
                throw .unreadable(.outOfRange(field: 2))
            }
            suggestions.append(Suggestion(text, kind, documents: Int(clamping: documents[place])))
        }
        let corrected = unsafe text(fields.corrected_prefix)
        return SuggestReply(
            suggestions,
            correctedPrefix: corrected.isEmpty ? nil : corrected,
            isApproximate: Bool(fields.approximate)
        )
    }

    func write(to fields: inout Docket__V1__SuggestReply, _ arena: WritingArena) {
        unsafe (fields.n_suggestions, fields.suggestions) = arena.texts(suggestions.map(\.text))
        unsafe (fields.n_kinds, fields.kinds) = arena.list(suggestions) { suggestion in
            Docket__V1__SuggestionKind(UInt32(suggestion.kind.rawValue))
        }
        unsafe (fields.n_documents, fields.documents) = arena.list(suggestions) { suggestion in
            UInt64(clamping: suggestion.documents)
        }
        unsafe fields.corrected_prefix = arena.text(correctedPrefix ?? "")
        fields.approximate = protobuf_c_boolean(isApproximate)
    }
}
