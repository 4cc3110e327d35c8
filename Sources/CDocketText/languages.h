#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What differs between languages. */
typedef struct {
    /* ISO 639-1. */
    const char *code;
    /* Of libstemmer; NULL for a language without one. */
    const char *algorithm;
    /* Whether the stemmer knows the accents that folded words lack. */
    bool has_accents;
    /* Whether ASCII words are of the language; elsewhere they are taken for English. */
    bool is_latin;
    /* Whether stems may begin otherwise than the word: prefixes go, or letters are of another
     * script. */
    bool changes_beginnings;
    /* Words that lose their vowel before another, with a space around each; NULL for none. */
    const char *elided;
} docket_language;

/* The language at this place of the list; NULL beyond the last. That of place 0 is none. */
const docket_language *docket_language_at(size_t place);

enum { DOCKET_LANGUAGES_MAXIMUM = 40, DOCKET_ENGLISH = 1 };
