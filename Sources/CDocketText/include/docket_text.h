#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The one tokenizer of Docket: for what is indexed, asked, highlighted and held as a cache key.
 *
 * A word is a run of letters and digits with the marks on them. Everything else separates words,
 * bytes that are no UTF-8 too. An apostrophe inside a word is dropped, and a final 's with it; in
 * French, Italian and Catalan an elided article before it goes (l'école).
 *
 * Of Han, kana, Hangul, Thai, Lao, Khmer and Myanmar each letter is a word, by which phrases are
 * found. Searches find such texts by grams: each two letters that stand together, and each run of
 * letters of one script. */

/* Rises whenever some text gives other words or stems, so that indices are built anew. */
#define DOCKET_TOKENIZER_VERSION 2

/* Longest folded word in bytes; what is longer is cut at a code point. */
#define DOCKET_WORD_BYTES 64

/* What the gram of a run begins with, an equals sign: no word and no pair does. */
#define DOCKET_RUN_MARK 0x3D

typedef struct docket_tokenizer docket_tokenizer;

typedef enum {
    DOCKET_PLAIN_WORD,
    /* A letter that has grams instead of a stem, and does not stand right behind another. */
    DOCKET_FIRST_LETTER,
    /* One right behind a letter of another script, with which another run begins. */
    DOCKET_JOINED_LETTER,
    /* One that goes on with the run. */
    DOCKET_NEXT_LETTER,
} docket_word_kind;

typedef struct {
    /* Place in the text, in bytes: [start, end). */
    size_t start;
    size_t end;
    /* Case folded, compatibility forms and accents removed, katakana as hiragana; valid until the
     * next call. 1 to DOCKET_WORD_BYTES bytes of UTF-8. */
    const unsigned char *folded;
    size_t folded_length;
    docket_word_kind kind;
    /* Words that are folded alike have the stem of this one, in this language, and no other. */
    bool is_stemmed_folded;
} docket_word;

/* The place of an ISO 639-1 code, two small letters, in the list of languages, from 1 on; 0 for one
 * that is not there. 0 is a text whose language nobody said: words of ASCII are taken for English,
 * Cyrillic ones for Russian, and so on; as words of other alphabets are in any language. */
size_t docket_language_named(unsigned char first, unsigned char second);

/* Whether stems of the language may begin with another letter than the word. */
bool docket_language_changes_beginnings(size_t language);

/* Whether the language writes several words as one, of which the last says what it is. */
bool docket_language_joins_words(size_t language);

/* NULL when there is no memory. One tokenizer serves one thread at a time. */
docket_tokenizer *docket_tokenizer_new(void);
void docket_tokenizer_free(docket_tokenizer *tokenizer);

/* Begins with a text of a language, which must stay where it is while words are asked for. */
void docket_tokenizer_start(
    docket_tokenizer *tokenizer, const unsigned char *text, size_t length, size_t language);

/* The next word; false at the end. Time is linear in the text. */
bool docket_tokenizer_next(docket_tokenizer *tokenizer, docket_word *word);

/* The stem of the word that was returned last, folded, valid until the next call: by the Snowball
 * stemmer of the language, or the word where it has none. 1 to DOCKET_WORD_BYTES bytes. Stems of
 * some languages begin otherwise than the word: Arabic ones have no article. */
const unsigned char *docket_tokenizer_stem(docket_tokenizer *tokenizer, size_t *length);

/* The stem that the last word has where it is written without accents; NULL where that is the same.
 * Documents are found by both, since people leave accents out when they search. */
const unsigned char *docket_tokenizer_plain_stem(docket_tokenizer *tokenizer, size_t *length);

/* A gram that ends with the letter that was returned last, by its number from 0 on; NULL when there
 * are no more. Valid until the next call; 1 to DOCKET_WORD_BYTES bytes. */
const unsigned char *docket_tokenizer_gram(
    docket_tokenizer *tokenizer, unsigned number, size_t *length);
