#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The one tokenizer of Docket: for what is indexed, asked, highlighted and held as a cache key.
 *
 * A word is a run of letters and digits with the marks on them. Everything else separates words,
 * bytes that are no UTF-8 too. An apostrophe inside a word is dropped, and a final 's with it.
 * Scripts that are written without spaces (Han, Hiragana, Thai, Lao, Khmer, Myanmar) give one word
 * for each letter; a query for several finds them as a phrase. */

/* Rises whenever some text gives other words or stems, so that indices are built anew. */
#define DOCKET_TOKENIZER_VERSION 1

/* Longest folded word in bytes; what is longer is cut at a code point. */
#define DOCKET_WORD_BYTES 64

typedef struct docket_tokenizer docket_tokenizer;

typedef struct {
    /* Place in the text, in bytes: [start, end). */
    size_t start;
    size_t end;
    /* Case folded, compatibility forms and accents removed; valid until the next call. 1 to
     * DOCKET_WORD_BYTES bytes of UTF-8. */
    const unsigned char *folded;
    size_t folded_length;
} docket_word;

/* NULL when there is no memory. One tokenizer serves one thread at a time. */
docket_tokenizer *docket_tokenizer_new(void);
void docket_tokenizer_free(docket_tokenizer *tokenizer);

/* Begins with a text, which must stay where it is while words are asked for. */
void docket_tokenizer_start(docket_tokenizer *tokenizer, const unsigned char *text, size_t length);

/* The next word; false at the end. Time is linear in the text. */
bool docket_tokenizer_next(docket_tokenizer *tokenizer, docket_word *word);

/* The stem of the word that was returned last, valid until the next call: English words by the
 * Snowball stemmer, all others as they are. The first byte is always the word's own. */
const unsigned char *docket_tokenizer_stem(docket_tokenizer *tokenizer, size_t *length);
