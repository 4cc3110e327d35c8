#pragma once

/* What SQLite's FTS5 calls for each word and for each match. */

struct sqlite3;
typedef struct docket_rank docket_rank;

/* Gives a connection the tokenizer `docket` and the function docket_score.
 *
 * The tokenizer indexes each word, and at its place 0x01 + its stem where the two differ. A string
 * asked for that begins with byte 0x02 looks for words of the same stem; all others, and prefixes,
 * look for words as they are.
 *
 * docket_score(table, words, demanded, wanted, times, weight of the first column, ...) is BM25 with
 * k1 1.2 and b 0.5: greater is better, never negative. `words` is the document's length in words;
 * where it is NULL, it is read from the table, which takes a lookup. Columns without a weight have
 * 1. How frequent a phrase is in the whole table is counted once a query. `times` is a blob of a
 * byte for each phrase, how often it was asked for; 1 for those beyond it.
 *
 * The first `wanted` phrases of the query are looked for, all others excluded. A document that has
 * each of the first `demanded`, where that is not 0, scores more by the greatest sum that the
 * wanted ones can make, and so more than any document that lacks one.
 *
 * Returns SQLite's result code. `*rank` lives as long as the connection. */
int docket_rank_register(struct sqlite3 *connection, docket_rank **rank);

/* Words indexed or taken out on the connection since the last call. */
long long docket_rank_take_words(docket_rank *rank);

/* Scoring, counting a phrase and taking a text apart call `is_stopped` every few microseconds, or
 * every few rows, and fail with SQLITE_INTERRUPT when it returns other than 0. */
void docket_rank_watch(docket_rank *rank, int (*is_stopped)(void *), void *context);
