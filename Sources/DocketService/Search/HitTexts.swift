internal import DocketCore
internal import DocketText
internal import DocketWords

/// What is made of the texts of checked hits beside what they show: highlights and explanations.
struct HitTexts {
    let highlights: HitHighlights
    private var explainer: HitExplainer?
    private let plan: SearchPlan

    init(_ plan: SearchPlan) {
        self.plan = plan
        highlights = HitHighlights(plan)
        explainer = plan.explains ? HitExplainer(plan.collection.schema) : nil
    }

    /// True when texts are not read but to be shown.
    var isEmpty: Bool { highlights.isEmpty && !plan.explains }

    /// What is to be read of a document.
    var selection: FieldSelection {
        var selection = highlights.selection(with: plan.shows)
        guard plan.explains else { return selection }
        selection.title = true
        selection.body = true
        selection.slots?.formUnion(plan.collection.schema.searchedSlots)
        return selection
    }

    /// Bytes of the document that are looked at.
    func bytes(of document: Document) -> Int {
        highlights.bytes(of: document) + (plan.explains ? document.bytes : 0)
    }

    mutating func explanation(_ account: ScoreAccount?, _ document: Document) -> Explanation? {
        guard let account else { return nil }
        return explainer?.explanation(account) { field in
            switch field {
            case "title": [document.title]
            case "body": [document.body]
            default: document[field].compactMap(\.text)
            }
        }
    }
}

extension AttributeValue {
    fileprivate var text: String? {
        if case .string(let string) = self { string } else { nil }
    }
}
