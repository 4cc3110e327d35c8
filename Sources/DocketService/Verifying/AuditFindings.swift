internal import DocketCore

/// Where audits have found documents that searches of a tenant reach and that are not the tenant's,
/// until another look finds none there.
struct AuditFindings {
    /// What one look is at.
    struct Place: Hashable, Sendable {
        enum Part: Hashable, Sendable {
            /// Documents of the collection behind a number.
            case documents(after: UInt64)
            /// What the collection's own name reaches and is of none of the tenant's collections.
            case strays
        }

        let tenant: TenantID
        /// Empty for the tenant's name.
        let collection: String
        let part: Part
    }

    /// Places that are kept; beyond them only the count of what was found rises.
    static let maximum = 100

    /// In the order in which they are looked at again.
    private var places: [Place] = []

    /// How many places wait to be put right.
    var count: Int { places.count }

    /// The place to look at once more; nil when there is none.
    mutating func next() -> Place? {
        guard !places.isEmpty else { return nil }
        let place = places.removeFirst()
        places.append(place)
        return place
    }

    /// A look at `place` found so many foreign documents.
    mutating func looked(at place: Place, foreign: Int) {
        if foreign == 0 {
            places.removeAll { $0 == place }
        } else if !places.contains(place), places.count < Self.maximum {
            places.append(place)
        }
    }

    /// What `place` names is gone.
    mutating func forget(_ place: Place) { places.removeAll { $0 == place } }
}
