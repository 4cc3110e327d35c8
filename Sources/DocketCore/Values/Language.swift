/// A language whose words Docket knows, by its ISO 639-1 code.
///
/// It says how words are brought to the stem that their inflections share, which short articles
/// are left out before an apostrophe, and in which other ways letters are written. Chinese,
/// Japanese, Korean and Thai are searched by their letters whatever the language is.
public enum Language: String, Hashable, Sendable, CaseIterable {
    case arabic = "ar"
    case armenian = "hy"
    case basque = "eu"
    case catalan = "ca"
    case chinese = "zh"
    case danish = "da"
    case dutch = "nl"
    case english = "en"
    case finnish = "fi"
    case french = "fr"
    case german = "de"
    case greek = "el"
    case hindi = "hi"
    case hungarian = "hu"
    case indonesian = "id"
    case irish = "ga"
    case italian = "it"
    case japanese = "ja"
    case korean = "ko"
    case lithuanian = "lt"
    case nepali = "ne"
    case norwegian = "no"
    case portuguese = "pt"
    case romanian = "ro"
    case russian = "ru"
    case serbian = "sr"
    case spanish = "es"
    case swedish = "sv"
    case tamil = "ta"
    case thai = "th"
    case turkish = "tr"
    case yiddish = "yi"

    /// Its ISO 639-1 code: two small letters.
    public var code: String { rawValue }

    /// All codes, in their order.
    public static var codes: [String] { allCases.map(\.code).sorted() }

    /// The language of a code, nil for an empty one.
    ///
    /// - Throws: ``DocketError`` that names `field` and the codes there are.
    public static func named(_ code: String, field: String) throws(DocketError) -> Language? {
        guard !code.isEmpty else { return nil }
        guard let language = Language(rawValue: code) else {
            throw .invalid(field, "is none of \(codes.joined(separator: ", "))")
        }
        return language
    }
}
