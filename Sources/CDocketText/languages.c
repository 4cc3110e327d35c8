#include "languages.h"

#include "docket_text.h"

/* What Lucene's elision filters take off, for French with the conjunctions. */
static const char french_elisions[] =
    " l m t qu n s j d c jusqu quoiqu lorsqu puisqu ";
static const char italian_elisions[] =
    " c l all dall dell nell sull coll pell gl agl dagl degl negl sugl un m t s v d ";
static const char catalan_elisions[] = " d l m n s t ";

static const docket_language languages[] = {
    {"", "english", false, DOCKET_LATIN, false, NULL},
    {"en", "english", false, DOCKET_LATIN, false, NULL},
    {"ar", "arabic", true, DOCKET_ARABIC, true, NULL},
    {"ca", "catalan", true, DOCKET_LATIN, false, catalan_elisions},
    {"da", "danish", true, DOCKET_LATIN, false, NULL},
    {"de", "german", false, DOCKET_LATIN, false, NULL},
    {"el", "greek", false, DOCKET_GREEK, false, NULL},
    {"es", "spanish", true, DOCKET_LATIN, false, NULL},
    {"eu", "basque", true, DOCKET_LATIN, false, NULL},
    {"fi", "finnish", true, DOCKET_LATIN, false, NULL},
    {"fr", "french", true, DOCKET_LATIN, false, french_elisions},
    {"ga", "irish", true, DOCKET_LATIN, false, NULL},
    {"hi", "hindi", false, DOCKET_DEVANAGARI, false, NULL},
    {"hu", "hungarian", true, DOCKET_LATIN, false, NULL},
    {"hy", "armenian", false, DOCKET_ARMENIAN, false, NULL},
    {"id", "indonesian", false, DOCKET_LATIN, true, NULL},
    {"it", "italian", true, DOCKET_LATIN, false, italian_elisions},
    {"ja", NULL, false, DOCKET_NO_ALPHABET, false, NULL},
    {"ko", NULL, false, DOCKET_NO_ALPHABET, false, NULL},
    {"lt", "lithuanian", true, DOCKET_LATIN, false, NULL},
    {"ne", "nepali", false, DOCKET_DEVANAGARI, false, NULL},
    {"nl", "dutch", true, DOCKET_LATIN, false, NULL},
    {"no", "norwegian", true, DOCKET_LATIN, false, NULL},
    {"pt", "portuguese", true, DOCKET_LATIN, false, NULL},
    {"ro", "romanian", true, DOCKET_LATIN, false, NULL},
    {"ru", "russian", true, DOCKET_CYRILLIC, false, NULL},
    {"sr", "serbian", true, DOCKET_LATIN | DOCKET_CYRILLIC, true, NULL},
    {"sv", "swedish", true, DOCKET_LATIN, false, NULL},
    {"ta", "tamil", false, DOCKET_TAMIL, false, NULL},
    {"th", NULL, false, DOCKET_NO_ALPHABET, false, NULL},
    {"tr", "turkish", true, DOCKET_LATIN, false, NULL},
    {"yi", "yiddish", true, DOCKET_HEBREW, false, NULL},
    {"zh", NULL, false, DOCKET_NO_ALPHABET, false, NULL},
};

_Static_assert(
    sizeof languages / sizeof *languages <= DOCKET_LANGUAGES_MAXIMUM,
    "a tokenizer has a place for the stemmer of each");

const docket_language *docket_language_at(size_t place) {
    return place < sizeof languages / sizeof *languages ? &languages[place] : NULL;
}

docket_alphabet docket_alphabet_of(int32_t code_point) {
    static const struct {
        int32_t first, last;
        docket_alphabet alphabet;
    } ranges[] = {
        {0x0030, 0x024F, DOCKET_LATIN},    {0x0370, 0x03FF, DOCKET_GREEK},
        {0x0400, 0x052F, DOCKET_CYRILLIC}, {0x0530, 0x058F, DOCKET_ARMENIAN},
        {0x0590, 0x05FF, DOCKET_HEBREW},   {0x0600, 0x077F, DOCKET_ARABIC},
        {0x0900, 0x097F, DOCKET_DEVANAGARI}, {0x0B80, 0x0BFF, DOCKET_TAMIL},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        if (code_point >= ranges[i].first && code_point <= ranges[i].last) {
            return ranges[i].alphabet;
        }
    }
    return DOCKET_NO_ALPHABET;
}

size_t docket_language_of(docket_alphabet alphabet) {
    switch (alphabet) {
    case DOCKET_LATIN: return docket_language_named('e', 'n');
    case DOCKET_GREEK: return docket_language_named('e', 'l');
    case DOCKET_CYRILLIC: return docket_language_named('r', 'u');
    case DOCKET_ARMENIAN: return docket_language_named('h', 'y');
    case DOCKET_DEVANAGARI: return docket_language_named('h', 'i');
    case DOCKET_TAMIL: return docket_language_named('t', 'a');
    /* Persian and Urdu have the letters of Arabic, and Hebrew those of Yiddish. */
    default: return 0;
    }
}

bool docket_language_changes_beginnings(size_t language) {
    const docket_language *rules = docket_language_at(language);
    return rules && rules->changes_beginnings;
}

bool docket_language_joins_words(size_t language) {
    return language != 0 && language == docket_language_named('d', 'e');
}

size_t docket_language_named(unsigned char first, unsigned char second) {
    for (size_t i = 1; i < sizeof languages / sizeof *languages; i++) {
        const char *code = languages[i].code;
        if ((unsigned char)code[0] == first && (unsigned char)code[1] == second) return i;
    }
    return 0;
}
