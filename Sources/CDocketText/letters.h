#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a code point is to the tokenizer. */
typedef enum {
    DOCKET_SEPARATOR,
    /* Letter or digit. */
    DOCKET_LETTER,
    /* A letter of a script that is searched by pairs of letters; a word of its own. */
    DOCKET_SOLE_LETTER,
    /* Goes on with a word and cannot begin one. */
    DOCKET_MARK,
    /* Between two letters it goes on with the word; it is never part of the folded form. */
    DOCKET_APOSTROPHE,
} docket_letter_class;

/* Of sole letters: a run of letters ends where the script changes. */
typedef enum {
    DOCKET_OTHER_SCRIPT,
    DOCKET_HAN,
    DOCKET_HIRAGANA,
    DOCKET_KATAKANA,
    /* The mark of a long vowel, which both kana have. */
    DOCKET_ANY_KANA,
    DOCKET_HANGUL,
    DOCKET_SOUTH_EAST_ASIAN,
} docket_script;

docket_letter_class docket_classify(int32_t code_point);

docket_script docket_script_of(int32_t code_point);

/* One code point of UTF-8 from `text`; its length, or 0 for bytes that are none. */
size_t docket_decode(const unsigned char *text, size_t length, int32_t *code_point);

/* Appends the folded form of the code point to `out`, which holds `*used` bytes of `capacity`;
 * false when it does not fit whole. */
bool docket_fold(int32_t code_point, unsigned char *out, size_t *used, size_t capacity);
