#include "languages.h"

#include "docket_text.h"

/* What Lucene's elision filters take off, for French with the conjunctions. */
static const char french_elisions[] =
    " l m t qu n s j d c jusqu quoiqu lorsqu puisqu ";
static const char italian_elisions[] =
    " c l all dall dell nell sull coll pell gl agl dagl degl negl sugl un m t s v d ";
static const char catalan_elisions[] = " d l m n s t ";

static const docket_language languages[] = {
    {"", "english", false, true, false, NULL},
    {"en", "english", false, true, false, NULL},
    {"ar", "arabic", true, false, true, NULL},
    {"ca", "catalan", true, true, false, catalan_elisions},
    {"da", "danish", true, true, false, NULL},
    {"de", "german", false, true, false, NULL},
    {"el", "greek", false, false, false, NULL},
    {"es", "spanish", true, true, false, NULL},
    {"eu", "basque", true, true, false, NULL},
    {"fi", "finnish", true, true, false, NULL},
    {"fr", "french", true, true, false, french_elisions},
    {"ga", "irish", true, true, false, NULL},
    {"hi", "hindi", false, false, false, NULL},
    {"hu", "hungarian", true, true, false, NULL},
    {"hy", "armenian", false, false, false, NULL},
    {"id", "indonesian", false, true, true, NULL},
    {"it", "italian", true, true, false, italian_elisions},
    {"ja", NULL, false, false, false, NULL},
    {"ko", NULL, false, false, false, NULL},
    {"lt", "lithuanian", true, true, false, NULL},
    {"ne", "nepali", false, false, false, NULL},
    {"nl", "dutch", true, true, false, NULL},
    {"no", "norwegian", true, true, false, NULL},
    {"pt", "portuguese", true, true, false, NULL},
    {"ro", "romanian", true, true, false, NULL},
    {"ru", "russian", true, false, false, NULL},
    {"sr", "serbian", true, true, true, NULL},
    {"sv", "swedish", true, true, false, NULL},
    {"ta", "tamil", false, false, false, NULL},
    {"th", NULL, false, false, false, NULL},
    {"tr", "turkish", true, true, false, NULL},
    {"yi", "yiddish", true, false, false, NULL},
    {"zh", NULL, false, false, false, NULL},
};

_Static_assert(
    sizeof languages / sizeof *languages <= DOCKET_LANGUAGES_MAXIMUM,
    "a tokenizer has a place for the stemmer of each");

const docket_language *docket_language_at(size_t place) {
    return place < sizeof languages / sizeof *languages ? &languages[place] : NULL;
}

bool docket_language_has_accents(size_t language) {
    const docket_language *rules = docket_language_at(language);
    return rules && rules->has_accents;
}

bool docket_language_changes_beginnings(size_t language) {
    const docket_language *rules = docket_language_at(language);
    return rules && rules->changes_beginnings;
}

size_t docket_language_named(unsigned char first, unsigned char second) {
    for (size_t i = 1; i < sizeof languages / sizeof *languages; i++) {
        const char *code = languages[i].code;
        if ((unsigned char)code[0] == first && (unsigned char)code[1] == second) return i;
    }
    return 0;
}
