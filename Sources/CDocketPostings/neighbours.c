#include "query.h"

/* How far a text has been read. */
typedef struct {
    bool is_title;
    uint32_t words;
    size_t end;
    /* The term of the word before; `term_count` for none. */
    size_t before;
    /* The same where that word stands by itself unless the next is joined to it. */
    size_t name;
} reading_place;

/* Whether words of the term are sought in the text: neighbours everywhere, names in titles. */
static bool is_sought(const docket_query *query, const query_term *term, bool is_title) {
    if (term->is_paired) return true;
    return is_title && query->weighs_names && term->stem_length > 0 &&
           term->role != DOCKET_EXCLUDED;
}

/* The term of the query with this stem; `term_count` where none has it. */
static size_t term_of(
    const docket_query *query, const uint8_t *stem, size_t length, bool is_title) {
    for (size_t i = 0; i < query->term_count; i++) {
        const query_term *term = &query->terms[i];
        if (is_sought(query, term, is_title) && term->stem_length == length &&
            memcmp(term->stem, stem, length) == 0) {
            return i;
        }
    }
    return query->term_count;
}

/* Whether a stem that is sought begins as this word does: most words need no stem then. */
static bool may_be_sought(const docket_query *query, uint8_t first, bool is_title) {
    for (size_t i = 0; i < query->term_count; i++) {
        const query_term *term = &query->terms[i];
        if (is_sought(query, term, is_title) && term->stem[0] == first) return true;
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

static bool has_space(const unsigned char *text, size_t start, size_t end) {
    for (size_t i = start; i < end; i++) if (text[i] <= ' ') return true;
    return false;
}

/* Notes whether the word before stood by itself, and whether this one may. */
static void note_name(docket_query *query, size_t term, bool is_joined, reading_place *at) {
    if (at->name < query->term_count && !is_joined) query->terms[at->name].is_name = true;
    bool may_be_name = at->is_title && query->weighs_names && !is_joined;
    at->name = may_be_name ? term : query->term_count;
}

static int read_words(
    docket_query *query, const unsigned char *text, size_t language, reading_place *at) {
    docket_word word;
    bool may_begin_otherwise = docket_language_changes_beginnings(language);
    while (docket_tokenizer_next(query->tokenizer, &word)) {
        int code = spend(&query->watch, UNITS_OF_READ_WORD);
        if (code != SQLITE_OK) return code;
        bool is_joined = at->words > 0 && !has_space(text, at->end, word.start);
        at->words++;
        at->end = word.end;
        size_t term = query->term_count;
        if (may_begin_otherwise || may_be_sought(query, word.folded[0], at->is_title)) {
            size_t length;
            const uint8_t *stem = docket_tokenizer_stem(query->tokenizer, &length);
            term = term_of(query, stem, length, at->is_title);
        }
        note_name(query, term, is_joined, at);
        if (term < query->term_count && at->before < query->term_count) {
            count_pair(query, at->before, term, at->is_title);
        }
        at->before = term;
    }
    note_name(query, query->term_count, false, at);
    return SQLITE_OK;
}

void docket_query_weigh_names(docket_query *query) { query->weighs_names = true; }

int docket_query_read(
    docket_query *query, const unsigned char *text, size_t length, size_t language,
    bool is_title) {
    bool has_names = is_title && query->weighs_names;
    if (query->pair_count == 0 && !has_names) return SQLITE_OK;
    if (!query->tokenizer) query->tokenizer = docket_tokenizer_new();
    if (!query->tokenizer) return SQLITE_NOMEM;
    docket_tokenizer_start(query->tokenizer, text, length, language);
    reading_place at = {
        .is_title = is_title, .before = query->term_count, .name = query->term_count};
    return read_words(query, text, language, &at);
}

int docket_query_rank(docket_query *query, uint32_t document, double *score) {
    int code = read_lengths(query, document / DOCKET_CHUNK);
    for (size_t i = 0; i < query->term_count; i++) {
        query_term *term = &query->terms[i];
        if (code == SQLITE_OK && term->is_name) *score += NAME_SHARE * term->idf * term->boost;
        term->is_name = false;
    }
    for (size_t i = 0; i < query->pair_count; i++) {
        term_pair *pair = &query->pairs[i];
        if (code == SQLITE_OK && pair->found > 0) {
            *score += part_of_score(query, pair->weight, pair->found, document % DOCKET_CHUNK);
        }
        pair->found = 0;
    }
    return code;
}
