internal import DocketCore

/// Documents and filters as they come: values that are alike but for their case, forms or signs.
enum SearchDraw {
    private static let authors = [
        "Knuth", "knuth", "Ångström", "A\u{30A}ngstro\u{308}m", "", "日本", "Ko", "K",
    ]
    private static let years: [Double] = [-2, -0.5, 0, 1.5, 1974, 2024, 1e300]

    /// The least and the greatest time there is come only with `hasOutermostTimes`.
    static func document(
        _ number: Int,
        _ random: inout SeededGenerator,
        hasOutermostTimes: Bool = true
    ) -> Document {
        var attributes: [Attribute] = []
        func pick<Value>(_ values: [Value], _ random: inout SeededGenerator) -> [Value] {
            (0..<Int.random(in: 1...3, using: &random)).map { _ in
                values[Int.random(in: values.indices, using: &random)]
            }
        }
        if Bool.random(using: &random) {
            attributes.append(Attribute("author", pick(authors, &random).map { .string($0) }))
        }
        if Bool.random(using: &random) {
            attributes.append(Attribute("year", pick(years, &random).map { .number($0) }))
        }
        if Bool.random(using: &random) {
            attributes.append(Attribute("open", .boolean(Bool.random(using: &random))))
        }
        if Bool.random(using: &random) {
            let inset: Int64 = hasOutermostTimes ? 0 : 1
            let times: [Int64] = [.min + inset, -1, 0, 1, .max - inset]
            attributes.append(
                Attribute("made", pick(times, &random).map { .time(microseconds: $0) })
            )
        }
        let words = pick(["red", "green", "blue"], &random).joined(separator: " ")
        return Document(id: "d\(number)", title: words, attributes: attributes)
    }

    static func filter(_ depth: Int, _ random: inout SeededGenerator) -> Filter {
        func author(_ random: inout SeededGenerator) -> AttributeValue {
            .string(authors[Int.random(in: authors.indices, using: &random)])
        }
        func year(_ random: inout SeededGenerator) -> AttributeValue {
            .number(years[Int.random(in: years.indices, using: &random)])
        }
        switch Int.random(in: 0..<(depth > 0 ? 12 : 9), using: &random) {
        case 0: return .equal("author", author(&random))
        case 1: return .equal("year", year(&random))
        case 2: return .equal("open", .boolean(Bool.random(using: &random)))
        case 3: return .oneOf("author", [author(&random), author(&random)])
        case 4:
            return .startsWith(
                "author",
                ["K", "", "Å", "zz"][Int.random(in: 0..<4, using: &random)]
            )
        case 5:
            return .exists(
                ["author", "year", "open", "made"][Int.random(in: 0..<4, using: &random)]
            )
        case 6:
            return .range(
                "year",
                .init(
                    lower: Bool.random(using: &random) ? year(&random) : nil,
                    includesLower: Bool.random(using: &random),
                    upper: Bool.random(using: &random) ? year(&random) : nil,
                    includesUpper: Bool.random(using: &random)
                )
            )
        case 7:
            return .range(
                "author",
                .init(
                    lower: author(&random),
                    includesLower: Bool.random(using: &random),
                    upper: Bool.random(using: &random) ? author(&random) : nil,
                    includesUpper: Bool.random(using: &random)
                )
            )
        case 8:
            return .range(
                "made",
                .init(
                    lower: .time(
                        microseconds: [.min, 0, .max][Int.random(in: 0..<3, using: &random)]
                    ),
                    includesLower: Bool.random(using: &random)
                )
            )
        case 9: return .not(filter(depth - 1, &random))
        case 10: return .all((0..<2).map { _ in filter(depth - 1, &random) })
        default: return .any((0..<2).map { _ in filter(depth - 1, &random) })
        }
    }
}
