internal import DocketCore

/// The fields of the index that hold a collection's attributes.
///
/// An attribute that is filtered, sorted or counted has a field by its type: the second keyword is
/// `kw_02`. A searched one has a text field by its place among those. Attributes are only added at
/// the end, so that neither ever changes.
struct SlotFields: Sendable {
    /// Attributes of one type that the index has fields for, which are all that a schema may have.
    static let attributesMaximum = Limits().attributes
    /// The same for searched ones.
    static let textsMaximum = Limits().searchedAttributes

    private let values: [String?]
    private let texts: [String?]
    private let schema: CollectionSchema

    init(_ schema: CollectionSchema) {
        self.schema = schema
        var counts: [AttributeType: Int] = [:]
        values = schema.attributes.map { attribute in
            counts[attribute.type, default: 0] += 1
            guard !attribute.uses.isDisjoint(with: [.filter, .sort, .facet]) else { return nil }
            return Self.name(attribute.type, counts[attribute.type] ?? 0)
        }
        var searched = 0
        texts = schema.attributes.map { attribute in
            guard attribute.uses.contains(.search) else { return nil }
            searched += 1
            return Self.textName(searched)
        }
    }

    /// The field of the attribute's values; nil when no use of it needs one.
    func values(of slot: Int) -> String? { slot < values.count ? values[slot] : nil }

    /// The field of the attribute's words; nil when it is not searched.
    func text(of slot: Int) -> String? { slot < texts.count ? texts[slot] : nil }

    /// The field of the words of the attribute of this name; nil when it is not searched.
    func text(ofAttribute name: String) -> String? {
        schema.slot(of: name).flatMap { text(of: $0) }
    }

    func type(of slot: Int) -> AttributeType { schema.attributes[slot].type }

    /// The name that the tenant gave to the attribute of a field.
    func attribute(of field: String) -> String? {
        let place = values.firstIndex(of: field) ?? texts.firstIndex(of: field)
        return place.map { schema.attributes[$0].name }
    }

    /// The field of the n-th attribute of a type, from 1.
    static func name(_ type: AttributeType, _ place: Int) -> String {
        let start =
            switch type {
            case .keyword, .text: "kw"
            case .number: "num"
            case .time: "time"
            case .boolean: "bool"
            }
        return "\(start)_\(twoDigits(place))"
    }

    /// The field of the n-th searched attribute, from 1.
    static func textName(_ place: Int) -> String { "text_\(twoDigits(place))" }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
