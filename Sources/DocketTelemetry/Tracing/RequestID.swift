internal import DocketSystem
internal import Synchronization

/// Names one call in logs and replies; made by the server where the caller gave none.
package struct RequestID: Hashable, Sendable, CustomStringConvertible {
    package let number: UInt64

    package init(number: UInt64) { self.number = number }

    /// 16 hexadecimal digits.
    package var description: String { Hexadecimal.text(number) }
}

/// Makes request ids: distinct within the process, and unlike those of every other process.
package final class RequestIDSource: Sendable {
    private let position: Atomic<UInt64>

    package init() { position = Atomic(.random(in: .min ... .max)) }

    /// Lock-free.
    package func next() -> RequestID {
        // SplitMix64: its steps visit every number, and its mix keeps them distinct.
        var mixed = position.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return RequestID(number: mixed ^ mixed >> 31)
    }
}
