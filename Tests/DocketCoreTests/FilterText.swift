import DocketCore

/// Filters as text and as truth, each in the plainest way there is.
extension Filter {
    /// The text form, with every pair of parentheses that can be written.
    var text: String {
        switch self {
        case .all(let children): children.map { "(\($0.text))" }.joined(separator: " AND ")
        case .any(let children): children.map { "(\($0.text))" }.joined(separator: " OR ")
        case .not(let child): "NOT (\(child.text))"
        case .equal(let name, let value): "\(name) = \(value.text)"
        case .oneOf(let name, let values):
            "\(name) IN (\(values.map(\.text).joined(separator: ", ")))"
        case .range(let name, let bounds): bounds.text(name)
        case .startsWith(let name, let prefix):
            "\(name) ^= \(AttributeValue.string(prefix).text)"
        case .exists(let name): "EXISTS \(name)"
        }
    }

    /// Whether a document with these attributes meets the condition.
    func holds(of document: Document) -> Bool {
        switch self {
        case .all(let children): children.allSatisfy { $0.holds(of: document) }
        case .any(let children): children.contains { $0.holds(of: document) }
        case .not(let child): !child.holds(of: document)
        case .equal(let name, let value): document[name].contains(value)
        case .oneOf(let name, let values): document[name].contains(where: values.contains)
        case .range(let name, let bounds): document[name].contains(where: bounds.contain)
        case .startsWith(let name, let prefix):
            document[name].contains {
                if case .string(let string) = $0 { string.hasPrefix(prefix) } else { false }
            }
        case .exists(let name): !document[name].isEmpty
        }
    }
}

extension Filter.Bounds {
    fileprivate func text(_ name: String) -> String {
        if let lower, let upper { return "\(name) BETWEEN \(lower.text) AND \(upper.text)" }
        if let lower { return "\(name) \(includesLower ? ">=" : ">") \(lower.text)" }
        if let upper { return "\(name) \(includesUpper ? "<=" : "<") \(upper.text)" }
        return "EXISTS \(name)"
    }

    fileprivate func contain(_ value: AttributeValue) -> Bool {
        guard case .number(let number) = value else { return false }
        if case .number(let lower) = lower {
            guard includesLower ? number >= lower : number > lower else { return false }
        }
        if case .number(let upper) = upper {
            guard includesUpper ? number <= upper : number < upper else { return false }
        }
        return true
    }
}

extension AttributeValue {
    fileprivate var text: String {
        switch self {
        case .string(let string):
            "\""
                + string.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
                + "\""
        case .number(let number): "\(number)"
        case .boolean(let boolean): "\(boolean)"
        case .time(let microseconds): "\"\(Timestamp.text(microseconds: microseconds))\""
        }
    }
}
