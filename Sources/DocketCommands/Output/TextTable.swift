/// Rows in columns that are as wide as their widest cell.
package struct TextTable {
    package enum Alignment {
        case left
        case right
    }

    private let alignments: [Alignment]
    private var rows: [[String]] = []

    /// A table with a line of column names, or without when all are empty.
    package init(_ columns: [(name: String, alignment: Alignment)]) {
        alignments = columns.map(\.alignment)
        if columns.contains(where: { !$0.name.isEmpty }) { rows.append(columns.map(\.name)) }
    }

    package mutating func add(_ cells: [String]) { rows.append(cells.map(PlainText.line)) }

    /// The lines, each ended by a newline and begun by `indent` spaces.
    package func text(indent: Int = 0) -> String {
        var widths = alignments.map { _ in 0 }
        for row in rows {
            for (column, cell) in row.enumerated() {
                widths[column] = max(widths[column], cell.count)
            }
        }
        var text = ""
        for row in rows {
            var line = String(repeating: " ", count: indent)
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                line += alignments[column] == .right ? padding + cell : cell + padding
                if column + 1 < row.count { line += "  " }
            }
            while line.last == " " { line.removeLast() }
            text += line + "\n"
        }
        return text
    }
}
