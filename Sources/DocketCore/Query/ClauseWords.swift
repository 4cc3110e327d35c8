/// What the tokenizer makes of a clause.
package struct ClauseWords: Hashable, Sendable {
    package struct Word: Hashable, Sendable {
        /// Folded; never empty.
        package var text: String
        /// Its stems in the languages that it may be of, that of the field or collection first;
        /// letters have none but themselves.
        package var stems: [String]
        /// A letter of a script that is searched by pairs of letters.
        package var isLetter: Bool
        /// A letter right behind another.
        package var isJoined: Bool

        package init(
            _ text: String,
            stems: [String],
            isLetter: Bool = false,
            isJoined: Bool = false
        ) {
            self.text = text
            self.stems = stems
            self.isLetter = isLetter
            self.isJoined = isJoined
        }
    }

    /// In the order of the text.
    package var words: [Word]
    /// Its runs of letters, as the index has them.
    package var runs: [String]

    package init(_ words: [Word], runs: [String] = []) {
        self.words = words
        self.runs = runs
    }

    /// Two letters that stand together, by their places; letters that stand alone, and words.
    var pieces: [Range<Int>] {
        words.indices.compactMap { place in
            if place + 1 < words.count, words[place + 1].isJoined { return place..<place + 2 }
            return words[place].isJoined ? nil : place..<place + 1
        }
    }
}
