#include <libstemmer.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "tokenizer.h"

/* Words repeat, and finding a stem again takes a tenth of the time of making it. Of 128 KiB only
 * what is used becomes memory. */
enum { REMEMBERED_STEMS = 2048, REMEMBERED_BYTES = 30 };

/* Code points of a word that a stemmer is given: those of folded words, and their accents. */
enum { LETTERS_MAXIMUM = 2 * DOCKET_WORD_BYTES };

struct remembered_stem {
    /* 0 where nothing is remembered. */
    unsigned char word_length;
    unsigned char stem_length;
    unsigned char language;
    unsigned char word[REMEMBERED_BYTES];
    unsigned char stem[REMEMBERED_BYTES + 1];
};

/* Bytes of a word or of its stem. */
typedef struct {
    const unsigned char *bytes;
    size_t length;
} slice;

void docket_stems_free(docket_tokenizer *tokenizer) {
    for (size_t i = 0; i < DOCKET_LANGUAGES_MAXIMUM; i++) {
        sb_stemmer_delete(tokenizer->stemmers[i]);
    }
    free(tokenizer->remembered);
}

/* ---- What a stemmer is given ---- */

/* Turkish has two letters i; the small form of the one without a dot is not that of ASCII. */
static int32_t turkish_small(int32_t code_point) {
    if (code_point == 'I') return 0x131;
    return code_point == 0x130 ? 'i' : code_point;
}

/* The stemmer of Romanian knows cedillas where people write commas. */
static int32_t romanian_cedilla(int32_t code_point) {
    if (code_point == 0x219) return 0x15F;
    return code_point == 0x21B ? 0x163 : code_point;
}

/* The word in small composed letters with their accents; its length in bytes, 0 for one that is too
 * long. */
static size_t small_word(const char *code, slice text, unsigned char *out) {
    bool is_turkish = strcmp(code, "tr") == 0;
    bool is_romanian = strcmp(code, "ro") == 0;
    int32_t letters[LETTERS_MAXIMUM];
    size_t count = 0, taken = 0;
    int boundary = UTF8PROC_BOUNDCLASS_START;
    for (size_t at = 0; at < text.length; at += taken) {
        int32_t code_point;
        taken = docket_decode(text.bytes + at, text.length - at, &code_point);
        if (!taken) return 0;
        if (is_turkish) code_point = turkish_small(code_point);
        docket_letter_class class = docket_classify(code_point);
        if (class != DOCKET_LETTER && class != DOCKET_MARK) continue;
        utf8proc_ssize_t parts = utf8proc_decompose_char(
            code_point, letters + count, (utf8proc_ssize_t)(LETTERS_MAXIMUM - count),
            UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE, &boundary);
        if (parts < 0 || (size_t)parts > LETTERS_MAXIMUM - count) return 0;
        count += (size_t)parts;
    }
    utf8proc_ssize_t composed = utf8proc_normalize_utf32(
        letters, (utf8proc_ssize_t)count, UTF8PROC_COMPOSE | UTF8PROC_STABLE);
    size_t length = 0;
    for (utf8proc_ssize_t i = 0; i < composed; i++) {
        int32_t letter = is_romanian ? romanian_cedilla(letters[i]) : letters[i];
        length += (size_t)utf8proc_encode_char(letter, out + length);
    }
    return length;
}

static bool ends_with(slice word, const char *end) {
    size_t length = strlen(end);
    return word.length > length &&
           memcmp(word.bytes + word.length - length, end, length) == 0;
}

/* What the stemmers of these languages leave apart: in Portuguese the plurals of words in -ão, in
 * Arabic the ending of feminine words, which people write as heh. */
static size_t with_known_end(const char *code, unsigned char *word, size_t length) {
    slice all = {word, length};
    if (strcmp(code, "pt") == 0 && (ends_with(all, "ões") || ends_with(all, "ães"))) {
        memcpy(word + length - 4, "ão", 3);
        return length - 1;
    }
    if (strcmp(code, "pt") == 0 && ends_with(all, "oes")) {
        memcpy(word + length - 3, "ao", 2);
        return length - 1;
    }
    if (strcmp(code, "ar") == 0 && ends_with(all, "ه")) {
        memcpy(word + length - 2, "ة", 2);
    }
    return length;
}

/* German without umlauts, written either way: ae, oe and ue are a, o and u, but ue after another
 * vowel or q, as in `Bauer` and `Quelle`. */
static size_t without_umlauts(slice word, unsigned char *out) {
    enum { OTHER, VOWEL, UMLAUT } before = OTHER;
    size_t length = 0;
    for (size_t i = 0; i < word.length; i++) {
        unsigned char letter = word.bytes[i];
        if (letter == 'e' && before == UMLAUT) {
            before = VOWEL;
            continue;
        }
        switch (letter) {
        case 'a': case 'o': before = UMLAUT; break;
        case 'u': before = before == OTHER ? UMLAUT : VOWEL; break;
        case 'e': case 'i': case 'q': case 'y': before = VOWEL; break;
        default: before = OTHER;
        }
        out[length++] = letter;
    }
    return length;
}

/* ---- Making stems ---- */

static struct sb_stemmer *stemmer_of(docket_tokenizer *tokenizer, size_t language) {
    struct sb_stemmer **stemmer = &tokenizer->stemmers[language];
    if (!*stemmer) *stemmer = sb_stemmer_new(docket_language_at(language)->algorithm, "UTF_8");
    return *stemmer;
}

/* Folds into the tokenizer's buffer; no bytes where nothing is left or it does not fit. */
static slice fold(docket_tokenizer *tokenizer, slice stem) {
    size_t used = 0, taken = 0;
    for (size_t at = 0; at < stem.length; at += taken) {
        int32_t code_point;
        taken = docket_decode(stem.bytes + at, stem.length - at, &code_point);
        if (!taken || !docket_fold(code_point, tokenizer->stem, &used, sizeof tokenizer->stem)) {
            return (slice){0};
        }
    }
    return (slice){tokenizer->stem, used};
}

/* What the stemmer of the language is given of a word, in `out` where that is another; no bytes for
 * a word that is too long. */
static slice prepare(
    const docket_tokenizer *tokenizer, const docket_language *rules, slice word,
    unsigned char *out) {
    if (strcmp(rules->code, "de") == 0) return (slice){out, without_umlauts(word, out)};
    if (!rules->has_accents) return word;
    size_t length = word.length;
    if (word.bytes != tokenizer->folded) {
        length = small_word(rules->code, word, out);
    } else {
        memcpy(out, word.bytes, length);
    }
    return (slice){out, with_known_end(rules->code, out, length)};
}

/* The stem of a word in this language; the folded word where there is none. */
static slice make_stem(docket_tokenizer *tokenizer, size_t language, slice word) {
    const slice folded = {tokenizer->folded, tokenizer->folded_length};
    const docket_language *rules = docket_language_at(language);
    struct sb_stemmer *stemmer = stemmer_of(tokenizer, language);
    unsigned char small[LETTERS_MAXIMUM * 4];
    if (!stemmer) return folded;
    word = prepare(tokenizer, rules, word, small);
    if (word.length == 0) return folded;
    const unsigned char *made = sb_stemmer_stem(stemmer, word.bytes, (int)word.length);
    int length = made ? sb_stemmer_length(stemmer) : 0;
    if (length < 1) return folded;
    slice stem = {made, (size_t)length};
    if (rules->has_accents) stem = fold(tokenizer, stem);
    return stem.length > 0 && stem.length <= DOCKET_WORD_BYTES ? stem : folded;
}

/* Where the stem of the word is remembered if it is; NULL for words too long to be, and when there
 * is no memory. */
static remembered_stem *place_of(docket_tokenizer *tokenizer, slice word) {
    if (word.length > REMEMBERED_BYTES) return NULL;
    if (!tokenizer->remembered) {
        tokenizer->remembered = calloc(REMEMBERED_STEMS, sizeof *tokenizer->remembered);
        if (!tokenizer->remembered) return NULL;
    }
    unsigned hash = 2166136261u;
    for (size_t i = 0; i < word.length; i++) hash = (hash ^ word.bytes[i]) * 16777619u;
    return &tokenizer->remembered[(hash ^ hash >> 16) % REMEMBERED_STEMS];
}

static slice find_stem(docket_tokenizer *tokenizer, size_t language, slice word) {
    remembered_stem *place = place_of(tokenizer, word);
    if (place && place->word_length == word.length && place->language == language &&
        memcmp(place->word, word.bytes, word.length) == 0) {
        return (slice){place->stem, place->stem_length};
    }
    slice stem = make_stem(tokenizer, language, word);
    if (place && stem.length <= sizeof place->stem) {
        place->word_length = (unsigned char)word.length;
        place->stem_length = (unsigned char)stem.length;
        place->language = (unsigned char)language;
        memcpy(place->word, word.bytes, word.length);
        memcpy(place->stem, stem.bytes, stem.length);
    }
    return stem;
}

/* A word of Arabic letters without the article, if three letters are left. */
static slice without_article(slice word) {
    static const char article[] = "ال";
    size_t length = sizeof article - 1;
    if (word.length < length + 6 || memcmp(word.bytes, article, length) != 0) return word;
    return (slice){word.bytes + length, word.length - length};
}

size_t docket_stemming_language(const docket_tokenizer *tokenizer) {
    const docket_language *rules = tokenizer->language;
    docket_alphabet alphabet = DOCKET_LATIN;
    if (!tokenizer->is_ascii) {
        int32_t first = 0;
        docket_decode(tokenizer->folded, tokenizer->folded_length, &first);
        alphabet = docket_alphabet_of(first);
    }
    size_t language = tokenizer->language_place;
    if (!(rules->alphabets & alphabet)) language = docket_language_of(alphabet);
    if (language == 0 && alphabet == DOCKET_LATIN) language = DOCKET_ENGLISH;
    /* English words are those of ASCII. */
    return language == DOCKET_ENGLISH && !tokenizer->is_ascii ? 0 : language;
}

/* The last word as it stands in the text, if that is not folded and the stemmer knows accents. */
static slice asked_word(const docket_tokenizer *tokenizer, const docket_language *rules) {
    if (tokenizer->was_ascii || !rules->has_accents) {
        return (slice){tokenizer->folded, tokenizer->folded_length};
    }
    return (slice){tokenizer->text + tokenizer->start, tokenizer->place - tokenizer->start};
}

const unsigned char *docket_tokenizer_stem(docket_tokenizer *tokenizer, size_t *length) {
    slice folded = {tokenizer->folded, tokenizer->folded_length}, stem = folded;
    /* Words of one and two letters have no other stems. */
    if (folded.length >= 3) {
        size_t language = docket_stemming_language(tokenizer);
        const docket_language *rules = docket_language_at(language);
        if (language == 0) {
            stem = without_article(folded);
        } else if (rules->algorithm) {
            stem = find_stem(tokenizer, language, asked_word(tokenizer, rules));
        }
    }
    *length = stem.length;
    return stem.bytes;
}

const unsigned char *docket_tokenizer_plain_stem(docket_tokenizer *tokenizer, size_t *length) {
    if (tokenizer->was_ascii || tokenizer->folded_length < 3) return NULL;
    size_t language = docket_stemming_language(tokenizer);
    if (!docket_language_at(language)->has_accents) return NULL;
    slice stem;
    unsigned char accented[DOCKET_WORD_BYTES];
    stem.bytes = docket_tokenizer_stem(tokenizer, &stem.length);
    size_t accented_length = stem.length;
    memcpy(accented, stem.bytes, accented_length);
    stem = find_stem(
        tokenizer, language, (slice){tokenizer->folded, tokenizer->folded_length});
    *length = stem.length;
    bool is_same =
        stem.length == accented_length && memcmp(stem.bytes, accented, stem.length) == 0;
    return is_same ? NULL : stem.bytes;
}
