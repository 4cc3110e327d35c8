package import DocketCore
package import DocketSystem

/// Which old replies are asked for anew before their callers find them too old, and how many at
/// once.
///
/// A value: replies that were given and searches that ended go in, what begins comes out. Nothing
/// waits here: what cannot begin is offered again with the next caller.
package struct RenewalSchedule: Sendable {
    package struct Limits: Sendable {
        /// The parts of the age that a caller allows between which a reply becomes due: where in
        /// between differs, so that replies of one moment are not due in one.
        package var due = 0.5...0.875
        /// Searches that are made anew at once.
        ///
        /// A tenant may have as many as are still free, so that one alone gets half of them.
        package var running = 2
        /// Searches for callers that are under way beside which none is made anew.
        package var loads = 16
        /// Time without any after one that failed.
        package var rest = Duration.seconds(1)

        package init() {}
    }

    /// Stands for a reply for as long as it is there.
    package typealias Name = ObjectIdentifier

    private let limits: Limits
    private var running: [Name: TenantID] = [:]
    private var restsUntil = MonotonicTime(nanoseconds: 0)

    package init(_ limits: Limits = Limits()) { self.limits = limits }

    /// Whether a reply of this age, in any unit, is to be asked for anew by who allows that of
    /// `allowed`; `spread`, from 0 up to 1, is the reply's own.
    package static func isDue(
        age: Int64,
        allowed: Int64,
        spread: Double,
        _ limits: Limits
    ) -> Bool {
        let width = limits.due.upperBound - limits.due.lowerBound
        return Double(age) >= Double(allowed) * (limits.due.lowerBound + spread * width)
    }

    /// A reply that is due was given to a caller, beside `loads` searches for others.
    package enum Answer: Sendable {
        /// It is to be asked for anew, and ``ended(_:isWell:at:)`` told of it.
        case begin
        /// That is under way.
        case underWay
        /// There is too much to do, or the last ones failed.
        case dropped
    }

    package mutating func offer(
        _ name: Name,
        of tenant: TenantID,
        beside loads: Int,
        at now: MonotonicTime
    ) -> Answer {
        guard running[name] == nil else { return .underWay }
        let own = running.values.count { $0 == tenant }
        guard own < limits.running - running.count, loads < limits.loads, now >= restsUntil else {
            return .dropped
        }
        running[name] = tenant
        return .begin
    }

    /// What began has ended.
    package mutating func ended(_ name: Name, isWell: Bool, at now: MonotonicTime) {
        running[name] = nil
        if !isWell { restsUntil = now + limits.rest }
    }
}
