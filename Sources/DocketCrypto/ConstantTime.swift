/// Comparison of secrets.
package enum ConstantTime {
    /// Whether both are equal, in a time that depends on their lengths alone.
    package static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && equalBytes(left, right)
    }
}
