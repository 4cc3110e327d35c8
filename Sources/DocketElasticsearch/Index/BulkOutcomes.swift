internal import DocketCore

/// What the engine's answer to one change means.
enum BulkOutcomes {
    /// What became of one change; `type` is the name of the error, nil where there is none, and of
    /// `reason`, the engine's words, only versions and names of fields are taken.
    static func outcome(
        status: Int,
        type: String?,
        reason: String,
        of change: IndexChange
    ) -> IndexOutcome {
        guard let type else {
            // A delete of what the index never had is remembered with its version, too.
            let isGone = status == 404 && change.content == nil
            return isGone || (200..<300).contains(status) ? .applied : .busy
        }
        if type == "version_conflict_engine_exception" { return conflict(reason, change) }
        let fault = EngineFault(status: status, type: type)
        if fault.isBlock || type == "index_not_found_exception" { return .held }
        if fault.isBusy || status >= 500 { return .busy }
        guard status == 400, change.content != nil else { return .held }
        return .refused(reason: refusal(type, reason, change))
    }

    /// What a whole bulk means that the engine refused without looking at its items; nil when that
    /// is not known.
    static func outcome(of fault: EngineFault) -> IndexOutcome? {
        if fault.isBlock { return .held }
        return fault.isBusy ? .busy : nil
    }

    /// The version that the index holds, after `current version [`.
    static func currentVersion(in reason: String) -> UInt64? {
        number(after: "current version [", in: reason)
    }

    private static func conflict(_ reason: String, _ change: IndexChange) -> IndexOutcome {
        // Without the version it is not known whether the newer one is there: sent again.
        guard let current = currentVersion(in: reason), current >= change.version else {
            return .busy
        }
        // An equal one is this change, sent before.
        return current == change.version ? .applied : .superseded
    }

    private static func number(after mark: String, in text: String) -> UInt64? {
        guard let start = text.firstRange(of: mark)?.upperBound else { return nil }
        return UInt64(text[start...].prefix { $0 != "]" })
    }

    /// The field at fault by the tenant's own name, and nothing else of the engine's words.
    private static func refusal(
        _ type: String,
        _ reason: String,
        _ change: IndexChange
    ) -> String {
        let field = field(in: reason, change)
        if reason.contains("immense term") {
            return "\(field ?? "a value") is longer than the search engine takes"
        }
        if type == "strict_dynamic_mapping_exception" {
            return "the search engine's index lacks a field of this collection"
        }
        return field.map { "\($0) has a value that the search engine does not take" }
            ?? "the search engine does not take the document"
    }

    private static func field(in reason: String, _ change: IndexChange) -> String? {
        let fields = SlotFields(change.collection.schema)
        let words = reason.split { !($0.isLetter || $0.isNumber || $0 == "_") }
        for word in words {
            let name = String(word)
            if name == Mapping.title || name == Mapping.body { return name }
            if let attribute = fields.attribute(of: name) { return "attributes.\(attribute)" }
        }
        return nil
    }
}
