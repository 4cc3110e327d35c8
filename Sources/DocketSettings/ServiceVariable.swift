/// The variables that Kubernetes gives a pod for every Service of its namespace.
///
/// Their names begin with that of the Service, so one named `docket` or `docket-http` gives every
/// pod some that look like settings.
enum ServiceVariable {
    private static let protocols = ["TCP", "UDP", "SCTP"]

    /// Whether a variable has the form of one of a Service: `NAME_SERVICE_HOST`,
    /// `NAME_SERVICE_PORT` with or without a port's name, `NAME_PORT` with an address of a scheme,
    /// or `NAME_PORT_7700_TCP` with or without `_PROTO`, `_PORT` and `_ADDR`.
    static func isOne(_ name: String, _ value: String) -> Bool {
        let words = name.split(separator: "_", omittingEmptySubsequences: false).map(String.init)
        return words.indices.dropFirst().contains { isEnding(Array(words[$0...]), value) }
    }

    /// Whether words after the name of a Service, and the value, are those of one of its variables.
    private static func isEnding(_ words: [String], _ value: String) -> Bool {
        switch words.count {
        case 1: words == ["PORT"] && isAddress(value)
        case 2 where words == ["SERVICE", "HOST"]: !value.isEmpty
        case 3 where isPort(words): isAddress(value)
        case 4 where isPort(words) && ["PROTO", "PORT", "ADDR"].contains(words[3]): !value.isEmpty
        default: words.starts(with: ["SERVICE", "PORT"]) && isNumber(value)
        }
    }

    private static func isPort(_ words: [String]) -> Bool {
        words[0] == "PORT" && isNumber(words[1]) && protocols.contains(words[2])
    }

    private static func isAddress(_ value: String) -> Bool {
        protocols.contains { value.hasPrefix($0.lowercased() + "://") }
    }

    private static func isNumber(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
