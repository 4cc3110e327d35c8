/// How text is emphasised: by the terminal, or not at all in a pipe.
struct TextStyle: Sendable {
    let isTerminal: Bool

    static let plain = TextStyle(isTerminal: false)
    static let terminal = TextStyle(isTerminal: true)

    func bold(_ text: String) -> String { wrapped(text, "1") }

    func dim(_ text: String) -> String { wrapped(text, "2") }

    /// A found word.
    func found(_ text: String) -> String { wrapped(text, "1;4") }

    private func wrapped(_ text: String, _ code: String) -> String {
        isTerminal && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
