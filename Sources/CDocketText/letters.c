#include "letters.h"

#include <utf8proc.h>

/* The longest decomposition of one code point is 18 (U+FDFA). */
enum { DECOMPOSITION_MAXIMUM = 32 };

typedef struct {
    int32_t first, last;
    docket_script script;
} script_range;

/* Scripts without spaces, and Hangul, whose words have their particles attached. */
static const script_range script_ranges[] = {
    {0x0E00, 0x0EFF, DOCKET_SOUTH_EAST_ASIAN}, /* Thai, Lao */
    {0x1000, 0x109F, DOCKET_SOUTH_EAST_ASIAN}, /* Myanmar */
    {0x1100, 0x11FF, DOCKET_HANGUL},           /* Jamo */
    {0x1780, 0x17FF, DOCKET_SOUTH_EAST_ASIAN}, /* Khmer */
    {0x3005, 0x3007, DOCKET_HAN},              /* ideographic marks and zero */
    {0x3040, 0x309F, DOCKET_HIRAGANA},
    {0x30A0, 0x30FB, DOCKET_KATAKANA},
    {0x30FC, 0x30FC, DOCKET_ANY_KANA},
    {0x30FD, 0x30FF, DOCKET_KATAKANA},
    {0x3131, 0x318E, DOCKET_HANGUL},           /* compatibility jamo */
    {0x31F0, 0x31FF, DOCKET_KATAKANA},         /* phonetic extensions */
    {0x3400, 0x4DBF, DOCKET_HAN},              /* extension A */
    {0x4E00, 0x9FFF, DOCKET_HAN},
    {0xA960, 0xA97F, DOCKET_HANGUL},           /* jamo, extended A */
    {0xA9E0, 0xA9FF, DOCKET_SOUTH_EAST_ASIAN}, /* Myanmar, extended B */
    {0xAA60, 0xAA7F, DOCKET_SOUTH_EAST_ASIAN}, /* Myanmar, extended A */
    {0xAC00, 0xD7FF, DOCKET_HANGUL},           /* syllables, and jamo, extended B */
    {0xF900, 0xFAFF, DOCKET_HAN},              /* compatibility */
    {0xFF66, 0xFF6F, DOCKET_KATAKANA},         /* half width */
    {0xFF70, 0xFF70, DOCKET_ANY_KANA},
    {0xFF71, 0xFF9F, DOCKET_KATAKANA},
    {0xFFA0, 0xFFDC, DOCKET_HANGUL},           /* half width */
    {0x1B000, 0x1B16F, DOCKET_HIRAGANA},       /* kana, supplements */
    {0x20000, 0x3FFFF, DOCKET_HAN},            /* further extensions */
};

docket_script docket_script_of(int32_t code_point) {
    if (code_point < script_ranges[0].first) return DOCKET_OTHER_SCRIPT;
    for (size_t i = 0; i < sizeof script_ranges / sizeof *script_ranges; i++) {
        if (code_point < script_ranges[i].first) break;
        if (code_point <= script_ranges[i].last) return script_ranges[i].script;
    }
    return DOCKET_OTHER_SCRIPT;
}

/* Letters by their category that only go on with a word. */
static bool is_joined(int32_t code_point) {
    /* The vowels and ends of syllables of Hangul, voicing marks of half width, the Arabic
     * lengthening stroke. */
    return (code_point >= 0x1160 && code_point <= 0x11FF) ||
           (code_point >= 0xD7B0 && code_point <= 0xD7FF) || code_point == 0xFF9E ||
           code_point == 0xFF9F || code_point == 0x0640;
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
        if (is_joined(code_point)) return DOCKET_MARK;
        return docket_script_of(code_point) ? DOCKET_SOLE_LETTER : DOCKET_LETTER;
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
    if (code_point == 0x0640) return false;
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

/* Letters that are written for others and that no decomposition leads to; `second` is 0 for one. */
static int32_t replaced(int32_t code_point, int32_t *second) {
    *second = 0;
    if (code_point < 0xE6) return code_point;
    if (code_point >= 0x30A1 && code_point <= 0x30F6) return code_point - 0x60;
    if (code_point >= 0x0660 && code_point <= 0x0669) return code_point - 0x0660 + '0';
    if (code_point >= 0x06F0 && code_point <= 0x06F9) return code_point - 0x06F0 + '0';
    if (code_point >= 0x0966 && code_point <= 0x096F) return code_point - 0x0966 + '0';
    switch (code_point) {
    case 0xE6: *second = 'e'; return 'a';   /* æ */
    case 0xF0: return 'd';                  /* ð */
    case 0xF8: return 'o';                  /* ø */
    case 0xFE: *second = 'h'; return 't';   /* þ */
    case 0x111: return 'd';                 /* d with a stroke */
    case 0x127: return 'h';                 /* h with a stroke */
    case 0x131: return 'i';                 /* i without a dot */
    case 0x142: return 'l';                 /* l with a stroke */
    case 0x153: *second = 'e'; return 'o';  /* oe */
    case 0x167: return 't';                 /* t with a stroke */
    case 0x0629: return 0x0647;             /* teh marbuta: heh */
    case 0x0649: return 0x064A;             /* alef maksura: yeh */
    case 0x0671: return 0x0627;             /* alef wasla: alef */
    case 0x06A9: return 0x0643;             /* keheh: kaf */
    case 0x06C1: return 0x0647;             /* heh goal: heh */
    case 0x06CC: return 0x064A;             /* Farsi yeh: yeh */
    case 0x30FD: return 0x309D;             /* iteration marks of kana */
    case 0x30FE: return 0x309E;
    default: return code_point;
    }
}

/* What a vowel or an end makes of the syllable of Hangul before it (Unicode 3.12); 0 where they are
 * none. */
static int32_t syllable(int32_t before, int32_t after) {
    bool is_start = before >= 0x1100 && before <= 0x1112;
    if (is_start && after >= 0x1161 && after <= 0x1175) {
        return 0xAC00 + ((before - 0x1100) * 21 + after - 0x1161) * 28;
    }
    bool is_open = before >= 0xAC00 && before <= 0xD7A3 && (before - 0xAC00) % 28 == 0;
    return is_open && after >= 0x11A8 && after <= 0x11C2 ? before + after - 0x11A7 : 0;
}

/* Makes one syllable of the last two code points where they are parts of one. */
static void join_syllable(unsigned char *out, size_t *used) {
    int32_t before, after;
    if (*used < 6 || docket_decode(out + *used - 6, 3, &before) != 3 ||
        docket_decode(out + *used - 3, 3, &after) != 3) {
        return;
    }
    int32_t joined = syllable(before, after);
    if (!joined) return;
    *used -= 6;
    *used += (size_t)utf8proc_encode_char(joined, out + *used);
}

bool docket_fold(int32_t code_point, unsigned char *out, size_t *used, size_t capacity) {
    int32_t parts[DECOMPOSITION_MAXIMUM];
    int boundary = UTF8PROC_BOUNDCLASS_START;
    utf8proc_ssize_t count = 1;
    parts[0] = code_point;
    /* Syllables of Hangul stay whole. */
    if (code_point < 0xAC00 || code_point > 0xD7A3) {
        count = utf8proc_decompose_char(
            code_point, parts, DECOMPOSITION_MAXIMUM,
            UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE, &boundary);
    }
    if (count < 0 || count > DECOMPOSITION_MAXIMUM) return false;
    unsigned char folded[DECOMPOSITION_MAXIMUM * 8];
    size_t length = 0;
    for (utf8proc_ssize_t i = 0; i < count; i++) {
        if (!is_kept(parts[i])) continue;
        int32_t second;
        length += (size_t)utf8proc_encode_char(replaced(parts[i], &second), folded + length);
        if (second) length += (size_t)utf8proc_encode_char(second, folded + length);
    }
    if (length > capacity - *used) return false;
    for (size_t i = 0; i < length; i++) out[*used + i] = folded[i];
    *used += length;
    if (code_point >= 0x1160 && code_point <= 0x11FF) join_syllable(out, used);
    return true;
}
