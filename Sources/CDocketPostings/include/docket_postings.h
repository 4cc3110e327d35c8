#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The inverted index of one collection, in rows of SQLite.
 *
 * A document is named by its number, of 32 bits. A segment holds the postings of a group of
 * documents and never changes; what a newer version or a deletion takes out of it is marked in a
 * set of the dead, until segments are merged. Its terms stand in pages of many, which are rows of
 * `blocks` and found by their first terms in `pages`. A term has the whole list where that is
 * short, or says which rows of `blocks` hold it. Lists come in five kinds, told apart by the first
 * byte of the term:
 *
 *   S stem   documents with a word of this stem, how often in the title and how often elsewhere;
 *            what most searches read. Letters of scripts without spaces have grams here: pairs of
 *            letters, and runs
 *   W word   documents with this word, and all its places
 *   X stem   the same for words of this stem that are not the stem itself
 *   P words  documents of which the title, or a value of a keyword, begins with these words and is
 *            no longer, or is cut here, after DOCKET_WHOLE_BYTES
 *   R stem   of languages that write several words as one: documents with a word of this stem,
 *            whose letters stand here from the last to the first
 *
 * A document's length, its words with those of the title four times, stands in `chunks`, two bytes
 * each, DOCKET_CHUNK numbers a row.
 *
 * Functions return SQLite's result codes: SQLITE_CORRUPT for a row that is not what this code
 * writes, SQLITE_NOMEM, SQLITE_INTERRUPT once the work is no longer wanted, or what a statement
 * failed with. Statements belong to the caller, and are reset before a function returns. */

struct sqlite3_stmt;

enum {
    /* Numbers of documents that are looked at together. */
    DOCKET_CHUNK = 2000,
    /* Text columns of a document: title, body, searched attributes. */
    DOCKET_COLUMNS = 10,
    /* Lengths are kept up to this. */
    DOCKET_LENGTH_MAXIMUM = 65535,
    /* Of a title or keyword so much is kept as a whole, folded. */
    DOCKET_WHOLE_BYTES = 64,
};

/* Says whether work is still wanted; asked every few microseconds. */
typedef struct {
    int (*is_stopped)(void *);
    void *context;
} docket_watch;

/* What reads:
 *   page         SELECT first, place FROM pages WHERE segment = ?1 AND first <= ?2
 *                ORDER BY first DESC LIMIT 1
 *   next_page    SELECT first, place FROM pages WHERE segment = ?1 AND first > ?2
 *                ORDER BY first LIMIT 1
 *   block        SELECT data FROM blocks WHERE id = ?1
 *   chunk        SELECT data FROM chunks WHERE id = ?1
 */
typedef struct {
    struct sqlite3_stmt *page;
    struct sqlite3_stmt *next_page;
    struct sqlite3_stmt *block;
    struct sqlite3_stmt *chunk;
} docket_reading;

/* What writes:
 *   page     INSERT INTO pages(segment, first, place) VALUES (?1, ?2, ?3)
 *   block    INSERT INTO blocks(id, data) VALUES (?1, ?2)
 *   chunk    INSERT OR REPLACE INTO chunks(id, data) VALUES (?1, ?2)
 */
typedef struct {
    struct sqlite3_stmt *page;
    struct sqlite3_stmt *block;
    struct sqlite3_stmt *chunk;
} docket_writing;

/* A segment as searches see it; `documents` and `lengths`, the sum of these, count the dead as
 * well. */
typedef struct {
    uint32_t id;
    uint32_t documents;
    uint64_t lengths;
    uint32_t dead;
} docket_segment;

/* Marks a document dead in a segment; `*was_dead` says whether it already was. */
int docket_mark_dead(
    const docket_reading *reading, const docket_writing *writing, uint32_t segment,
    uint32_t document, bool *was_dead);

/* ---- A segment in the making ---- */

typedef struct docket_builder docket_builder;

/* NULL when there is no memory. */
docket_builder *docket_builder_new(docket_watch watch);
void docket_builder_free(docket_builder *builder);

/* Says who asks from now on whether the work is still wanted. */
void docket_builder_set_watch(docket_builder *builder, docket_watch watch);

/* Begins the next document; numbers ascend. */
int docket_builder_begin(docket_builder *builder, uint32_t document);

/* Adds a text to a column below DOCKET_COLUMNS, columns in ascending order. A column may have
 * several texts: no phrase goes from one to the next. `language` is that of the tokenizer. */
int docket_builder_add(
    docket_builder *builder, unsigned column, const unsigned char *text, size_t length,
    size_t language);

/* Adds a title, or a value of a keyword, as a whole: what completions are made of. Not one of the
 * document's words. */
int docket_builder_add_whole(
    docket_builder *builder, const unsigned char *text, size_t length, size_t language);

/* The length of the document under way. */
uint64_t docket_builder_length(const docket_builder *builder);

/* Writes all documents as one segment, and the lengths of those that are not `stale`: numbers in
 * ascending order of documents that have a newer version by now. The builder is empty then. */
int docket_builder_write(
    docket_builder *builder, const docket_reading *reading, const docket_writing *writing,
    uint32_t segment, const uint32_t *stale, size_t stale_count);

/* ---- Segments made one ---- */

typedef struct docket_merge docket_merge;

/* Merges `count` segments, the oldest first, into a new one; their dead of this moment are left
 * out. `chunks` is SELECT id, data FROM chunks WHERE id >= ?1 AND id < ?2 ORDER BY id. */
int docket_merge_new(
    struct sqlite3_stmt *chunks, const docket_segment *segments, size_t count, uint32_t target,
    docket_watch watch, docket_merge **made);
void docket_merge_free(docket_merge *merge);

/* Merges terms until `is_over` returns other than 0, asked after each; `*is_done` when none is
 * left. */
int docket_merge_step(
    docket_merge *merge, const docket_reading *reading, const docket_writing *writing,
    int (*is_over)(void *), void *context, bool *is_done);

/* Once it is done: marks dead in the new segment what died in the old ones meanwhile, and gives
 * those documents. They belong to the merge. */
int docket_merge_finish(
    docket_merge *merge, struct sqlite3_stmt *chunks, const docket_reading *reading,
    const docket_writing *writing, const uint32_t **dead, size_t *count);

/* ---- A search ---- */

typedef struct docket_query docket_query;

typedef enum {
    /* Words of the same stems, next to each other. */
    DOCKET_INFLECTED,
    /* Words as they are. */
    DOCKET_EXACT,
    /* The last is the beginning of a word. */
    DOCKET_PREFIX,
    /* The same as inflected for one of several, a comma between two. */
    DOCKET_EITHER,
} docket_term_kind;

typedef enum {
    /* A document that has each of these is complete. */
    DOCKET_CLAUSE,
    /* Counts beside the clauses. */
    DOCKET_PART,
    /* No document with one of these matches. */
    DOCKET_EXCLUDED,
} docket_term_role;

typedef struct {
    docket_term_kind kind;
    docket_term_role role;
    /* One bit for each column; all ones for any. */
    uint32_t columns;
    /* How much it counts: once for each time it was asked for. */
    double boost;
    /* Folded words, one space between two. For inflected terms, and for either, they are stems. */
    const unsigned char *words;
    size_t length;
} docket_term;

typedef enum {
    /* Every match, with its score. */
    DOCKET_SCORED,
    /* Every match. */
    DOCKET_UNSCORED,
    /* Documents that have each clause, with their scores. */
    DOCKET_COMPLETE,
    /* The same without scores. */
    DOCKET_COMPLETE_UNSCORED,
} docket_search_mode;

/* Matches of one chunk of numbers, in ascending order; valid until the next call. */
typedef struct {
    const uint32_t *documents;
    const double *scores;
    size_t count;
} docket_matches;

/* A query over these segments. With `weighs_complete`, a complete document scores more by the
 * greatest sum that the terms can make, where there are two or more. */
int docket_query_new(
    const docket_reading *reading, const docket_segment *segments, size_t count,
    bool weighs_complete, docket_watch watch, docket_query **made);
void docket_query_free(docket_query *query);

/* Adds a term; `*documents` is how many have it, in which the dead of lists S may count. */
int docket_query_add(docket_query *query, const docket_term *term, uint64_t *documents);

/* Notes that a document with a part has a clause too, both by their places among the terms: one
 * word for two that were asked for. A part stands for at most two clauses. */
int docket_query_stand(docket_query *query, size_t term, size_t clause);

/* Goes to the first match after a document; 0 for all. */
int docket_query_start(docket_query *query, docket_search_mode mode, uint32_t after);

/* The next matches, none at the end.
 *
 * A score is BM25F (Robertson, Zaragoza and Taylor, Simple BM25 extension to multiple weighted
 * fields, 2004): frequencies and lengths are sums over the columns, the title weighted by 4, all
 * others by 1; k1 1.2 and b 0.75 are the usual ones.
 *   sum of idf × boost × tf × (k1 + 1) / (tf + k1 × (1 − b + b × length / mean length))
 *   idf = ln(1 + (N − n + 0.5) / (n + 0.5))
 * N documents, n of them with the term; tf counts up to 3 words of the title and 63 others. All
 * three statistics count the dead that are not yet merged away. A document with all clauses in its
 * title, 2 to 16, scores more by 0.2 × sum of idf × boost of the clauses: that is how people
 * name what they know. */
int docket_query_next(docket_query *query, docket_matches *matches);

/* Notes that two terms, by their places among those added, stand next to each other in the query.
 * It counts for terms of one stem in any column, neither of which half of the documents have; of
 * more than 8 pairs those with the greatest weights count. */
int docket_query_pair(docket_query *query, size_t first, size_t second);

/* Lets words by themselves in titles count. */
void docket_query_weigh_names(docket_query *query);

/* Reads a text of a document, in a language of docket_text.h: counts how often the words of each
 * pair stand next to each other in it, in either order, and of a title which terms of one stem have
 * a word that stands by itself: no sign joins it to another, as in `lib-foo`. */
int docket_query_read(
    docket_query *query, const unsigned char *text, size_t length, size_t language,
    bool is_title);

/* Adds to the score of the document whose texts were read 0.2 × idf × boost for each term with a
 * word that stands by itself in the title, since that is what it is named; and for each pair:
 *   0.15 × sum of both idf × boost × tf × (k1 + 1) / (tf + k1 × (1 − b + b × length / mean length))
 * tf counts what was read, as above: the pairs of Metzler and Croft, A Markov random field model
 * for term dependencies, 2005, with about the weight that they found. */
int docket_query_rank(docket_query *query, uint32_t document, double *score);

enum {
    /* Pairs of a query that count. */
    DOCKET_PAIRS = 8,
};

/* A part of a score: weight × idf × tf, where tf is what the frequency and the length of the
 * document make of it, up to k1 + 1. All are 0 where the document has none of it. */
typedef struct {
    double score;
    double weight;
    double idf;
    double tf;
} docket_score_part;

typedef struct {
    /* By their places among the terms. */
    size_t first;
    size_t second;
    docket_score_part part;
} docket_pair_part;

/* The parts of a score, in the order in which a search adds them up. */
typedef struct {
    /* The caller's, one for each term that was added; and for its word in the title. */
    docket_score_part *terms;
    docket_score_part *names;
    docket_score_part complete;
    docket_score_part titled;
    /* The caller's, DOCKET_PAIRS of them, of which so many are filled. */
    docket_pair_part *pairs;
    size_t pair_count;
} docket_explanation;

/* Says what makes the score of a document that a search found, pairs by the texts that were read
 * since the last one was ranked. The search has to be started again to go on. */
int docket_query_explain(
    docket_query *query, uint32_t document, docket_explanation *explanation);

/* ---- The words of a segment in order ---- */

typedef enum {
    DOCKET_WORDS,
    /* Titles and values of keywords: their words with a space between two, at most
     * DOCKET_WHOLE_BYTES. */
    DOCKET_WHOLES,
    /* Stems of words that may be several, their letters from the last to the first. */
    DOCKET_REVERSED_STEMS,
} docket_vocabulary;

typedef struct docket_words docket_words;

/* NULL when there is no memory. */
docket_words *docket_words_new(
    const docket_reading *reading, uint32_t segment, docket_vocabulary vocabulary,
    docket_watch watch);
void docket_words_free(docket_words *words);

/* A word, valid until the next is sought; `length` is 0 where there is none. */
typedef struct {
    const unsigned char *bytes;
    size_t length;
    /* How many documents of the segment have it, with the dead. */
    uint64_t documents;
} docket_indexed_word;

/* Finds the first word that is not before `text`, in the order of bytes; what is sought one after
 * the other ascends. */
int docket_words_seek(
    docket_words *words, const unsigned char *text, size_t length, docket_indexed_word *found);

/* ---- Completions ---- */

typedef struct docket_completions docket_completions;

/* Finds the `wanted` terms of the vocabulary that begin with `prefix` and that most documents have,
 * the dead counted; of equal ones the first in the order of bytes. `*made` is to be freed on
 * failure, too. At most `looks` terms of segments are looked at: `*is_cut` where there are more. */
int docket_completions_new(
    const docket_reading *reading, const docket_segment *segments, size_t count,
    docket_vocabulary vocabulary, const unsigned char *prefix, size_t length, size_t wanted,
    size_t looks, docket_watch watch, docket_completions **made, bool *is_cut);
void docket_completions_free(docket_completions *completions);

/* By their place, the most frequent first; `length` is 0 behind the last. */
docket_indexed_word docket_completions_at(const docket_completions *completions, size_t place);

/* Finds a document that lives and has the term, the first of the oldest segment that has one;
 * `*document` is 0 where there is none. */
int docket_find_living(
    const docket_reading *reading, const docket_segment *segments, size_t count,
    docket_vocabulary vocabulary, const unsigned char *text, size_t length, docket_watch watch,
    uint32_t *document);
