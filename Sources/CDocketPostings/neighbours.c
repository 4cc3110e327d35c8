#include "query.h"

/* The term of the query with this stem; `term_count` where none has it. */
static size_t term_of(const docket_query *query, const uint8_t *stem, size_t length) {
    for (size_t i = 0; i < query->term_count; i++) {
        const query_term *term = &query->terms[i];
        if (term->is_paired && term->stem_length == length &&
            memcmp(term->stem, stem, length) == 0) {
            return i;
        }
    }
    return query->term_count;
}

/* Whether a stem of a pair begins as this word does: most words need no stem then. */
static bool may_be_paired(const docket_query *query, uint8_t first) {
    for (size_t i = 0; i < query->term_count; i++) {
        if (query->terms[i].is_paired && query->terms[i].stem[0] == first) return true;
    }
    return false;
}

static void count_pair(docket_query *query, size_t before, size_t term, bool is_title) {
    for (size_t i = 0; i < query->pair_count; i++) {
        term_pair *pair = &query->pairs[i];
        if ((pair->first == before && pair->second == term) ||
            (pair->first == term && pair->second == before)) {
            pair->found = raise_frequency(pair->found, is_title, 1);
        }
    }
}

int docket_query_read(
    docket_query *query, const unsigned char *text, size_t length, size_t language,
    bool is_title) {
    if (query->pair_count == 0) return SQLITE_OK;
    if (!query->tokenizer) query->tokenizer = docket_tokenizer_new();
    if (!query->tokenizer) return SQLITE_NOMEM;
    size_t before = query->term_count;
    docket_word word;
    bool may_begin_otherwise = docket_language_changes_beginnings(language);
    docket_tokenizer_start(query->tokenizer, text, length, language);
    while (docket_tokenizer_next(query->tokenizer, &word)) {
        int code = spend(&query->watch, UNITS_OF_READ_WORD);
        if (code != SQLITE_OK) return code;
        size_t term = query->term_count;
        if (may_begin_otherwise || may_be_paired(query, word.folded[0])) {
            size_t stem_length;
            const uint8_t *stem = docket_tokenizer_stem(query->tokenizer, &stem_length);
            term = term_of(query, stem, stem_length);
        }
        if (term < query->term_count && before < query->term_count) {
            count_pair(query, before, term, is_title);
        }
        before = term;
    }
    return SQLITE_OK;
}

int docket_query_rank(docket_query *query, uint32_t document, double *score) {
    int code = read_lengths(query, document / DOCKET_CHUNK);
    for (size_t i = 0; i < query->pair_count; i++) {
        term_pair *pair = &query->pairs[i];
        if (code == SQLITE_OK && pair->found > 0) {
            *score += part_of_score(query, pair->weight, pair->found, document % DOCKET_CHUNK);
        }
        pair->found = 0;
    }
    return code;
}
