#pragma once

#include <stdint.h>

#include "docket_text.h"
#include "grams.h"
#include "languages.h"
#include "letters.h"

typedef struct remembered_stem remembered_stem;

struct docket_tokenizer {
    const unsigned char *text;
    size_t length;
    size_t place;
    const docket_language *language;
    size_t language_place;
    /* By language; each made when the first stem of it is asked for. */
    struct sb_stemmer *stemmers[DOCKET_LANGUAGES_MAXIMUM];
    /* By a hash of the word; made when the first stem is asked for. */
    remembered_stem *remembered;

    /* The word under way: [start, place) of the text. */
    size_t start;
    size_t folded_length;
    /* The folded word is full: what follows is left out. */
    bool is_cut;
    /* Whether the folded word is ASCII, and whether what it was folded from is. */
    bool is_ascii;
    bool was_ascii;
    /* Length of the folded word at the last apostrophe, 0 without one. */
    size_t before_apostrophe;
    unsigned char folded[DOCKET_WORD_BYTES];
    unsigned char stem[DOCKET_WORD_BYTES];

    letter_run run;
};

/* The language whose stemmer the word under way is given, by its place in the list; 0 for none. */
size_t docket_stemming_language(const docket_tokenizer *tokenizer);

/* Frees stemmers and what is remembered. */
void docket_stems_free(docket_tokenizer *tokenizer);
