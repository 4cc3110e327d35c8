#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Alphabets that stemmers know, by bits. */
typedef enum {
    DOCKET_NO_ALPHABET = 0,
    DOCKET_LATIN = 1,
    DOCKET_GREEK = 2,
    DOCKET_CYRILLIC = 4,
    DOCKET_ARMENIAN = 8,
    DOCKET_HEBREW = 16,
    DOCKET_ARABIC = 32,
    DOCKET_DEVANAGARI = 64,
    DOCKET_TAMIL = 128,
} docket_alphabet;

/* What differs between languages. */
typedef struct {
    /* ISO 639-1. */
    const char *code;
    /* Of libstemmer; NULL for a language without one. */
    const char *algorithm;
    /* Whether the stemmer knows the accents that folded words lack. */
    bool has_accents;
    /* Words of other alphabets are not of the language. */
    unsigned alphabets;
    /* Whether stems may begin otherwise than the word: prefixes go, or letters are of another
     * script. */
    bool changes_beginnings;
    /* Words that lose their vowel before another, with a space around each; NULL for none. */
    const char *elided;
} docket_language;

/* The language at this place of the list; NULL beyond the last. That of place 0 is none. */
const docket_language *docket_language_at(size_t place);

enum { DOCKET_LANGUAGES_MAXIMUM = 40, DOCKET_ENGLISH = 1 };

docket_alphabet docket_alphabet_of(int32_t code_point);

/* The language that words of an alphabet are taken for where it is not known, by its place in the
 * list; 0 for none. */
size_t docket_language_of(docket_alphabet alphabet);
