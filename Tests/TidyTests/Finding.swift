import Testing

/// One place that breaks a rule, with what to do instead.
struct Finding: Hashable, CustomStringConvertible {
    let path: String
    let line: Int
    let advice: String

    init(_ path: String, line: Int = 1, _ advice: String) {
        self.path = path
        self.line = line
        self.advice = advice
    }

    var description: String { "\(path):\(line): \(advice)" }
}

/// Fails once for each finding.
func expectNone(
    _ findings: [Finding],
    sourceLocation: SourceLocation = #_sourceLocation
) {
    for finding in findings {
        Issue.record("\(finding)", sourceLocation: sourceLocation)
    }
}
