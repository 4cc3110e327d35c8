#include "letters.h"

#include <utf8proc.h>

/* The longest decomposition of one code point is 18 (U+FDFA). */
enum { DECOMPOSITION_MAXIMUM = 32 };

static bool is_sole(int32_t code_point) {
    static const struct {
        int32_t first, last;
    } ranges[] = {
        {0x0E00, 0x0EFF},   /* Thai, Lao */
        {0x1000, 0x109F},   /* Myanmar */
        {0x1780, 0x17FF},   /* Khmer */
        {0x3005, 0x3007},   /* ideographic marks and zero */
        {0x3040, 0x309F},   /* Hiragana */
        {0x3400, 0x4DBF},   /* Han, extension A */
        {0x4E00, 0x9FFF},   /* Han */
        {0xA9E0, 0xA9FF},   /* Myanmar, extended B */
        {0xAA60, 0xAA7F},   /* Myanmar, extended A */
        {0xF900, 0xFAFF},   /* Han, compatibility */
        {0x20000, 0x3FFFF}, /* Han, further extensions */
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        if (code_point < ranges[i].first) return false;
        if (code_point <= ranges[i].last) return true;
    }
    return false;
}

docket_letter_class docket_classify(int32_t code_point) {
    if (code_point == '\'' || code_point == 0x2019 || code_point == 0x02BC) {
        return DOCKET_APOSTROPHE;
    }
    const utf8proc_property_t *property = utf8proc_get_property(code_point);
    /* Joiners, soft hyphens and variation selectors do not end a word. */
    if (property->ignorable) return DOCKET_MARK;
    switch (property->category) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return is_sole(code_point) ? DOCKET_SOLE_LETTER : DOCKET_LETTER;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
        return DOCKET_MARK;
    default:
        return DOCKET_SEPARATOR;
    }
}

size_t docket_decode(const unsigned char *text, size_t length, int32_t *code_point) {
    utf8proc_ssize_t available = length < 4 ? (utf8proc_ssize_t)length : 4;
    utf8proc_ssize_t taken = utf8proc_iterate(text, available, code_point);
    return taken > 0 ? (size_t)taken : 0;
}

/* Accents go. Marks that make another letter stay: vowel signs of Indic scripts and Thai, the
 * voicing marks of kana. By the combining class: 1 lies over a letter, 10 to 35 are the points of
 * Hebrew and Arabic, from 200 on stand the accents around a letter. */
static bool is_accent(const utf8proc_property_t *property) {
    utf8proc_propval_t class = property->combining_class;
    return class == 1 || (class >= 10 && class <= 35) || class >= 200;
}

static bool is_kept(int32_t code_point) {
    switch (docket_classify(code_point)) {
    case DOCKET_LETTER:
    case DOCKET_SOLE_LETTER:
        return true;
    case DOCKET_MARK:
        return !is_accent(utf8proc_get_property(code_point));
    default:
        return false;
    }
}

bool docket_fold(int32_t code_point, unsigned char *out, size_t *used, size_t capacity) {
    int32_t parts[DECOMPOSITION_MAXIMUM];
    int boundary = UTF8PROC_BOUNDCLASS_START;
    utf8proc_ssize_t count = utf8proc_decompose_char(
        code_point, parts, DECOMPOSITION_MAXIMUM,
        UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE, &boundary);
    if (count < 0 || count > DECOMPOSITION_MAXIMUM) return false;
    unsigned char folded[DECOMPOSITION_MAXIMUM * 4];
    size_t length = 0;
    for (utf8proc_ssize_t i = 0; i < count; i++) {
        if (is_kept(parts[i])) {
            length += (size_t)utf8proc_encode_char(parts[i], folded + length);
        }
    }
    if (length > capacity - *used) return false;
    for (size_t i = 0; i < length; i++) out[*used + i] = folded[i];
    *used += length;
    return true;
}
