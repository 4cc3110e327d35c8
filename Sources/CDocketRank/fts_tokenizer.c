#include <docket_text.h>
#include <stdlib.h>
#include <string.h>

#include "rank.h"

/* Stems stand in the index beside words; no word begins with this byte. */
enum { STEM_MARK = 0x01, INFLECTED_MARK = 0x02 };

typedef int (*take_token)(void *, int, const char *, int, int, int);

/* A word is found, stemmed and taken in about a microsecond. */
enum { UNITS_OF_WORD = 64 };

typedef struct {
    docket_rank *rank;
    docket_tokenizer *tokenizer;
    work_watch watch;
} fts_tokenizer;

/* 0x01 and the stem. */
typedef struct {
    char bytes[1 + DOCKET_WORD_BYTES];
    int length;
} marked_stem;

static int create(void *context, const char **arguments, int count, Fts5Tokenizer **made) {
    (void)arguments;
    if (count > 0) return SQLITE_ERROR;
    fts_tokenizer *fts = calloc(1, sizeof *fts);
    if (!fts) return SQLITE_NOMEM;
    fts->rank = context;
    fts->watch = (work_watch){.rank = context, .units_left = UNITS_BETWEEN_LOOKS};
    fts->tokenizer = docket_tokenizer_new();
    if (!fts->tokenizer) {
        free(fts);
        return SQLITE_NOMEM;
    }
    *made = (Fts5Tokenizer *)fts;
    return SQLITE_OK;
}

static void delete(Fts5Tokenizer *tokenizer) {
    fts_tokenizer *fts = (fts_tokenizer *)tokenizer;
    if (!fts) return;
    docket_tokenizer_free(fts->tokenizer);
    free(fts);
}

static marked_stem stem_of(docket_tokenizer *tokenizer) {
    size_t length;
    const unsigned char *stem = docket_tokenizer_stem(tokenizer, &length);
    marked_stem marked = {.bytes = {STEM_MARK}};
    if (length > DOCKET_WORD_BYTES) length = DOCKET_WORD_BYTES;
    memcpy(marked.bytes + 1, stem, length);
    marked.length = (int)length + 1;
    return marked;
}

/* What a word is found by: itself, and its stem where that is another. */
static int emit_indexed(
    fts_tokenizer *fts, const docket_word *word, int start, int end, take_token take, void *sink) {
    fts->rank->words++;
    const char *folded = (const char *)word->folded;
    int length = (int)word->folded_length;
    int code = take(sink, 0, folded, length, start, end);
    if (code != SQLITE_OK) return code;
    marked_stem stem = stem_of(fts->tokenizer);
    if (stem.length == length + 1 && memcmp(stem.bytes + 1, folded, (size_t)length) == 0) {
        return SQLITE_OK;
    }
    return take(sink, FTS5_TOKEN_COLOCATED, stem.bytes, stem.length, start, end);
}

/* Finds every word of this stem: the stem itself as a word, and the words indexed with it. */
static int emit_inflected(fts_tokenizer *fts, int start, int end, take_token take, void *sink) {
    marked_stem stem = stem_of(fts->tokenizer);
    int code = take(sink, 0, stem.bytes + 1, stem.length - 1, start, end);
    if (code != SQLITE_OK) return code;
    return take(sink, FTS5_TOKEN_COLOCATED, stem.bytes, stem.length, start, end);
}

static int tokenize(
    Fts5Tokenizer *tokenizer, void *sink, int flags, const char *text, int length,
    take_token take) {
    fts_tokenizer *fts = (fts_tokenizer *)tokenizer;
    if (length <= 0) return SQLITE_OK;
    int is_query = flags & FTS5_TOKENIZE_QUERY;
    int is_inflected = is_query && !(flags & FTS5_TOKENIZE_PREFIX) && text[0] == INFLECTED_MARK;
    docket_tokenizer_start(fts->tokenizer, (const unsigned char *)text, (size_t)length);
    docket_word word;
    while (docket_tokenizer_next(fts->tokenizer, &word)) {
        int start = (int)word.start;
        int end = (int)word.end;
        int code = spend(&fts->watch, UNITS_OF_WORD);
        if (code != SQLITE_OK) return code;
        if (is_inflected) {
            code = emit_inflected(fts, start, end, take, sink);
        } else if (is_query) {
            code = take(sink, 0, (const char *)word.folded, (int)word.folded_length, start, end);
        } else {
            code = emit_indexed(fts, &word, start, end, take, sink);
        }
        if (code != SQLITE_OK) return code;
    }
    return SQLITE_OK;
}

const fts5_tokenizer docket_fts_tokenizer = {create, delete, tokenize};
