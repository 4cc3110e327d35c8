/// How long a collection keeps its documents: by a time that each of them says itself.
public struct Retention: Hashable, Sendable {
    /// Days that can be asked for: a hundred years.
    public static let daysMaximum = 36_525

    /// An attribute of type `time` with the use `filter`.
    ///
    /// A document without a value stays.
    public var attribute: String
    /// Days, of 24 hours, from the latest value of the attribute; 1 to ``daysMaximum``.
    public var days: Int

    /// Documents are kept for so many days after the time in `attribute`.
    public init(attribute: String, days: Int) {
        self.attribute = attribute
        self.days = days
    }
}

extension CollectionSchema {
    /// Keeps documents for that long instead of what was said before; for ever for nil.
    ///
    /// - Throws: ``DocketError`` `invalidArgument` that names the field and the rule it breaks.
    package mutating func set(_ retention: Retention?) throws(DocketError) {
        guard let retention else {
            self.retention = nil
            return
        }
        guard let slot = slot(of: retention.attribute) else {
            throw .invalid("retention.attribute", "is no attribute of the collection")
        }
        let attribute = attributes[slot]
        guard attribute.type == .time, attribute.uses.contains(.filter) else {
            throw .invalid("retention.attribute", "has to be a time that can be filtered by")
        }
        guard (1...Retention.daysMaximum).contains(retention.days) else {
            throw .invalid(
                "retention.days",
                "has to be 1 to \(Retention.daysMaximum)",
                limit: Retention.daysMaximum
            )
        }
        self.retention = retention
    }

    /// Matches the documents that were kept for long enough at `now`, microseconds since 1970; nil
    /// where all are kept.
    package func expired(at now: Int64) -> BoundFilter? {
        guard let retention, let slot = slot(of: retention.attribute) else { return nil }
        let oldest = AttributeValue.time(
            microseconds: now - Int64(retention.days) * 86_400_000_000
        )
        // Of several times the latest counts.
        return .all([
            .range(slot: slot, Filter.Bounds(upper: oldest, includesUpper: false)),
            .not(.range(slot: slot, Filter.Bounds(lower: oldest))),
        ])
    }
}
