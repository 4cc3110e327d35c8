/// Random bytes of the system, good for keys.
package enum RandomBytes {
    /// `count` bytes; waits only while the system has just been booted.
    package static func make(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
