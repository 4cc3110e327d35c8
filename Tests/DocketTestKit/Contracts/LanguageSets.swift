/// Documents of one language with queries, and who is to be found: made by hand.
package struct LanguageSet: Sendable {
    package struct Query: Sendable {
        package let text: String
        /// The numbers of documents, from 1.
        package let found: Set<Int>
        /// The one that comes first; nil where that is left open.
        package let first: Int?

        init(_ text: String, _ found: Set<Int>, first: Int? = nil) {
            self.text = text
            self.found = found
            self.first = first
        }
    }

    /// ISO 639-1; nil for none.
    package let code: String?
    /// Their bodies.
    package let texts: [String]
    package let queries: [Query]

    init(_ code: String?, _ texts: [String], _ queries: [Query]) {
        self.code = code
        self.texts = texts
        self.queries = queries
    }
}

extension LanguageSet {
    package static let all = alphabets + lettered

    /// Languages that have stems.
    private static let alphabets = [
        LanguageSet(
            "fr",
            [
                "L'école de la rue est ouverte.", "Les élèves aiment leurs écoles d'été.",
                "Il mange une pêche sur la plage.", "Aujourd'hui, le cœur du problème.",
            ],
            [
                .init("école", [1, 2]), .init("l'école", [1, 2]), .init("ÉCOLES", [1, 2]),
                .init("ecole", [1, 2]), .init("\"de la rue\"", [1]), .init("été", [2]),
                .init("coeur", [4]), .init("aujourd’hui", [4]), .init("manger", [3]),
                .init("qu'élève", [2]),
            ]
        ),
        LanguageSet(
            "de",
            [
                "Herr Müller wohnt in der Straße.", "Frau Mueller kauft Häuser.",
                "Muller ist ein Name ohne Umlaut.", "Das Haus steht neben der Quelle.",
            ],
            [
                .init("Müller", [1, 2, 3]), .init("mueller", [1, 2, 3]),
                .init("muller", [1, 2, 3]), .init("Strasse", [1]), .init("straßen", [1]),
                .init("haus", [2, 4]), .init("Haeuser", [2, 4]), .init("quellen", [4]),
                .init("\"Müller wohnt\"", [1]),
            ]
        ),
        LanguageSet(
            "es",
            ["Las canciones de la niña.", "Una canción para niños.", "El año que viene."],
            [
                .init("canción", [2, 1]), .init("canciones", [1, 2]), .init("año", [3]),
                .init("niños", [2, 1]),
            ]
        ),
        LanguageSet(
            "it",
            ["L'acqua dell'isola.", "Le isole hanno poca acqua.", "Un'idea d'arte."],
            [
                .init("isola", [1, 2]), .init("acqua", [1, 2]), .init("l'arte", [3]),
                .init("idee", [3]),
            ]
        ),
        LanguageSet(
            "pt",
            ["As canções do coração.", "A canção da praia.", "Pão e água."],
            [.init("canção", [1, 2]), .init("canções", [1, 2]), .init("pao", [3])]
        ),
        LanguageSet(
            "ru",
            ["Новая книга на столе.", "Старые книги и новый стол.", "Ёлка в лесу."],
            [
                .init("книга", [1, 2]), .init("книгой", [1, 2]), .init("новый", [1, 2]),
                .init("елка", [3]), .init("ЁЛКИ", [3]),
            ]
        ),
        LanguageSet(
            "ar",
            ["الكتاب على الطاولة", "قرأت كتابا في المدرسة", "مدرسة جديدة", "إلى المكتبة"],
            [
                .init("كتاب", [1, 2]), .init("الكتاب", [1, 2]), .init("المدرسه", [3, 2]),
                .init("المَدْرَسَة", [3, 2]), .init("الى", [4]),
            ]
        ),
        LanguageSet(
            "tr",
            ["Kitaplar masanın üstünde.", "İSTANBUL'da bir kitap.", "Işık ve kız."],
            [.init("kitap", [2, 1]), .init("istanbul", [2]), .init("IŞIK", [3])]
        ),
        LanguageSet(
            "sv",
            ["Husen vid sjön.", "Ett hus på berget.", "Flickorna sjunger."],
            [.init("hus", [1, 2]), .init("husen", [1, 2]), .init("flicka", [3])]
        ),
        LanguageSet(
            "nl",
            ["De boeken liggen op tafel.", "Een boek over honden.", "Foto's van België."],
            [
                .init("boek", [1, 2]), .init("boeken", [1, 2]), .init("hond", [2]),
                .init("belgie", [3]),
            ]
        ),
        LanguageSet(
            "fi",
            ["Talot ovat suuria.", "Asun talossa.", "Äiti lukee kirjaa."],
            [.init("talo", [2, 1]), .init("kirjat", [3])]
        ),
        LanguageSet(
            "el",
            ["Οι θάλασσες είναι εδώ.", "Μια θάλασσα και το τραπέζι.", "Το βιβλίο."],
            [.init("θάλασσα", [1, 2]), .init("ΘΑΛΑΣΣΕΣ", [1, 2]), .init("βιβλιο", [3])]
        ),
        LanguageSet(
            "hi",
            ["किताबें मेज़ पर हैं", "एक किताब पढ़ो", "पानी २०२४"],
            [.init("किताब", [1, 2]), .init("किताबें", [1, 2]), .init("2024", [3])]
        ),
        LanguageSet(
            nil,
            [
                "l'école n'est pas", "an école of thought", "don't call O'Brien", "الكتاب", "كتاب",
                "Новые книги", "Οι θάλασσες",
            ],
            [
                .init("ecole", [2]), .init("lecole", [1]), .init("dont", [3]),
                .init("obrien", [3]), .init("كتاب", [4, 5]), .init("الكتاب", [4, 5]),
                .init("новая книга", [6]), .init("θάλασσα", [7]),
            ]
        ),
    ]

    /// Languages that are searched by their letters, whatever is set.
    private static let lettered = [
        LanguageSet(
            "ja",
            [
                "東京都は大きい。", "京都は古い都です。", "コーヒーを飲む。", "ｺｰﾋｰ豆とりんご",
                "リンゴが好き",
            ],
            [
                .init("京都", [1, 2], first: 2), .init("東京都", [1, 2], first: 1),
                .init("東京", [1], first: 1),
                .init("都", [1, 2], first: 2), .init("珈琲", []), .init("コーヒー", [3, 4], first: 3),
                .init("こーひー", [3, 4], first: 3), .init("りんご", [4, 5], first: 5),
                .init("ﾘﾝｺﾞ", [4, 5], first: 5),
                .init("\"京都は古い\"", [2], first: 2), .init("京都*", [1, 2], first: 2), .init("大都", []),
            ]
        ),
        LanguageSet(
            nil,
            ["東京都", "京都", "京都 東京都"],
            [.init("京都", [1, 2, 3], first: 2), .init("東京都", [1, 2, 3], first: 1)]
        ),
        LanguageSet(
            "zh",
            ["我爱北京天安门", "北京", "京北大学", "ＡＩ技术 running"],
            [
                .init("北京", [1, 2], first: 2), .init("天安门", [1], first: 1),
                .init("京", [1, 2, 3]),
                .init("大学北京", [1, 2, 3], first: 3), .init("AI", [4], first: 4),
                .init("run", [4], first: 4),
            ]
        ),
        LanguageSet(
            "ko",
            ["학교에서 책을 읽는다", "학교는 크다", "대학교", "책"],
            [
                .init("학교", [1, 2, 3], first: 2), .init("학교에서", [1, 2, 3], first: 1),
                .init("책", [1, 4], first: 4),
                .init("\u{1112}\u{1161}\u{11A8}교", [1, 2, 3], first: 2),
            ]
        ),
        LanguageSet(
            "th",
            ["ภาษาไทย", "ไทย", "อาหาร"],
            [
                .init("ไทย", [1, 2], first: 2), .init("ภาษา", [1], first: 1),
                .init("หาร", [3], first: 3),
            ]
        ),
    ]
}
