/// A host by name or address, and a port; `[::1]:7700` for IPv6.
package struct HostPort: Hashable, Sendable, CustomStringConvertible {
    package var host: String
    /// 0 takes a free one.
    package var port: UInt16

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `HOST:PORT` or `[ADDRESS]:PORT`; nil when it is neither.
    package init?(parsing text: String) {
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...])
        else { return nil }
        var host = text[..<colon]
        if host.first == "[", host.last == "]", host.count > 2 {
            host = host.dropFirst().dropLast()
        } else if host.contains(where: { "[]:".contains($0) }) {
            return nil
        }
        guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || $0 == "/" || $0 == "@" })
        else { return nil }
        self.init(host: String(host), port: port)
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension Setting where Value == String {
    /// Any text that is not empty.
    package static func text(
        _ name: String,
        _ placeholder: String,
        default defaultValue: String,
        help: String
    ) -> Setting {
        Setting(
            name,
            placeholder,
            default: defaultValue,
            text: defaultValue,
            help: help,
            problem: { $0.isEmpty ? "is empty" : nil },
            read: { $0.last }
        )
    }

    /// One of a few words.
    package static func choice(
        _ name: String,
        of words: [String],
        default defaultValue: String,
        help: String
    ) -> Setting {
        Setting(
            name,
            words.joined(separator: "|"),
            default: defaultValue,
            text: defaultValue,
            help: help,
            problem: {
                words.contains($0) ? nil : "is not one of " + words.joined(separator: ", ")
            },
            read: { $0.last }
        )
    }
}

extension Setting where Value == String? {
    /// Any text that is not empty, or nothing.
    package static func text(_ name: String, _ placeholder: String, help: String) -> Setting {
        Setting(
            name,
            placeholder,
            default: nil,
            text: nil,
            help: help,
            problem: { $0.isEmpty ? "is empty" : nil },
            read: { $0.last }
        )
    }

    /// A URL of one of these schemes, without a password; or nothing.
    package static func url(_ name: String, schemes: [String], help: String) -> Setting {
        Setting(
            name,
            "URL",
            default: nil,
            text: nil,
            help: help,
            problem: { URLCheck.problem($0, schemes: schemes) },
            read: { $0.last }
        )
    }
}

extension Setting where Value == [String] {
    /// Several values: with commas between them, and by giving the setting several times.
    package static func list(_ name: String, _ placeholder: String, help: String) -> Setting {
        list(name, placeholder, help: help) { $0.isEmpty ? "has an empty part" : nil }
    }

    /// Several values of which each may hold commas: one each time the setting is given.
    package static func repeated(_ name: String, _ placeholder: String, help: String) -> Setting {
        Setting(
            name,
            placeholder,
            default: [],
            text: nil,
            help: help,
            isList: true,
            problem: { $0.isEmpty ? "is empty" : nil },
            read: { $0 }
        )
    }

    /// Several URLs of these schemes, without passwords.
    package static func urls(_ name: String, schemes: [String], help: String) -> Setting {
        list(name, "URL[,URL]", help: help) { URLCheck.problem($0, schemes: schemes) }
    }

    private static func list(
        _ name: String,
        _ placeholder: String,
        help: String,
        problem: @escaping @Sendable (String) -> String?
    ) -> Setting {
        Setting(
            name,
            placeholder,
            default: [],
            text: nil,
            help: help,
            isList: true,
            problem: { text in text.parts.lazy.compactMap(problem).first },
            read: { $0.flatMap(\.parts) }
        )
    }
}

extension Setting where Value == Bool {
    /// Off unless given.
    package static func flag(_ name: String, help: String) -> Setting {
        let words = ["true": true, "on": true, "yes": true, "1": true] as [String: Bool]
        let all = words.merging(["false": false, "off": false, "no": false, "0": false]) { $1 }
        return Setting(
            name,
            nil,
            default: false,
            text: nil,
            help: help,
            problem: { all[$0] == nil ? "is not true or false" : nil },
            read: { $0.last.flatMap { all[$0] } }
        )
    }
}

extension Setting where Value == Int {
    package static func integer(
        _ name: String,
        _ placeholder: String = "N",
        default defaultValue: Int,
        in range: ClosedRange<Int>,
        help: String
    ) -> Setting {
        Setting(
            name,
            placeholder,
            default: defaultValue,
            text: "\(defaultValue)",
            help: help,
            problem: { Quantity.problem(Int($0), "a whole number", range) { "\($0)" } },
            read: { $0.last.flatMap { Int($0) } }
        )
    }

    /// A number of bytes: `4096`, `64KiB`, `64MiB`, `2GiB`.
    package static func bytes(
        _ name: String,
        default defaultValue: Int,
        in range: ClosedRange<Int>,
        help: String
    ) -> Setting {
        Setting(
            name,
            "SIZE",
            default: defaultValue,
            text: Quantity.bytesText(defaultValue),
            help: help,
            problem: {
                Quantity.problem(
                    Quantity.bytes($0),
                    "a size such as 64MiB",
                    range,
                    Quantity.bytesText
                )
            },
            read: { $0.last.flatMap(Quantity.bytes) }
        )
    }
}

extension Setting where Value == Int? {
    /// A whole number, or nothing.
    package static func integer(
        _ name: String,
        _ placeholder: String = "N",
        in range: ClosedRange<Int>,
        help: String
    ) -> Setting {
        Setting(
            name,
            placeholder,
            default: nil,
            text: nil,
            help: help,
            problem: { Quantity.problem(Int($0), "a whole number", range) { "\($0)" } },
            read: { $0.last.flatMap { Int($0) } }
        )
    }
}

extension Setting where Value == Duration {
    /// A time: `250ms`, `30s`, `5m`, `12h`, `30d`.
    package static func duration(
        _ name: String,
        default defaultValue: Duration,
        in range: ClosedRange<Duration>,
        help: String
    ) -> Setting {
        Setting(
            name,
            "TIME",
            default: defaultValue,
            text: Quantity.durationText(defaultValue),
            help: help,
            problem: {
                Quantity.problem(
                    Quantity.duration($0),
                    "a time such as 30s",
                    range,
                    Quantity.durationText
                )
            },
            read: { $0.last.flatMap(Quantity.duration) }
        )
    }
}

extension Setting where Value == Duration? {
    /// A time: `250ms`, `30s`, `5m`, `12h`, `30d`; or nothing.
    package static func duration(
        _ name: String,
        in range: ClosedRange<Duration>,
        help: String
    ) -> Setting {
        Setting(
            name,
            "TIME",
            default: nil,
            text: nil,
            help: help,
            problem: {
                Quantity.problem(
                    Quantity.duration($0),
                    "a time such as 30s",
                    range,
                    Quantity.durationText
                )
            },
            read: { $0.last.flatMap(Quantity.duration) }
        )
    }
}

extension Setting where Value == HostPort {
    package static func address(
        _ name: String,
        default defaultValue: HostPort,
        help: String
    ) -> Setting {
        Setting(
            name,
            "HOST:PORT",
            default: defaultValue,
            text: "\(defaultValue)",
            help: help,
            problem: { HostPort(parsing: $0) == nil ? "is not HOST:PORT, port 0 to 65535" : nil },
            read: { $0.last.flatMap { HostPort(parsing: $0) } }
        )
    }
}

extension String {
    /// What stands between commas.
    fileprivate var parts: [String] {
        split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
}
