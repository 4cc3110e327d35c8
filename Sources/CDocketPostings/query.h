#pragma once

#include <docket_text.h>

#include "dead_set.h"
#include "stem_cursor.h"

enum { BIT_WORDS = (DOCKET_CHUNK + 63) / 64 };

/* See docket_query_next. */
static const double K1 = 1.2;
static const double B = 0.75;
static const double TITLE_BONUS = 0.2;
static const double PAIR_SHARE = 0.15;
static const double NAME_SHARE = 0.2;
/* A complete document scores more by so many times the greatest sum of its terms: the title and
 * pairs add less than half of that. */
static const double COMPLETE_FACTOR = 1.5;

enum {
    /* Clauses that a term stands for beside its own, and those of a query that make a document
     * complete. */
    COVERED_MAXIMUM = 2,
    DEMANDED_MAXIMUM = 16,
    UNITS_OF_READ_WORD = 4,
};

/* A list of a term: list S of a segment, or what was found by places. */
typedef struct {
    stem_cursor list;
    /* Of the segment; NULL where all documents are known to live. */
    dead_set *dead;
} term_cursor;

typedef struct {
    docket_term_role role;
    uint64_t documents;
    /* The same with the documents of terms that stand for it. */
    uint64_t reach;
    double idf;
    double boost;
    /* idf × boost × (k1 + 1) */
    double weight;
    term_cursor *cursors;
    size_t count;
    /* Clauses that a document with this term has: by their places among the terms, and one bit for
     * each of them. */
    size_t covered[COVERED_MAXIMUM];
    size_t covered_count;
    uint32_t clauses;
    /* In a search for complete documents: of each number of the chunk under way. Which have the
     * term is known of those that stand for others. */
    uint8_t *frequencies;
    uint64_t found[BIT_WORDS];
    /* Where the term is one stem in any column; not for others. */
    uint8_t stem[KEY_BYTES];
    size_t stem_length;
    bool is_paired;
    /* Whether a word of it stands by itself in the title that was read. */
    bool is_name;
} query_term;

/* Terms that stand next to each other in the query. */
typedef struct {
    size_t first;
    size_t second;
    /* As that of a term. */
    double weight;
    /* How often they are neighbours in the document that is read, as the frequency of a term. */
    uint8_t found;
} term_pair;

struct docket_query {
    docket_reading reading;
    work_watch watch;
    docket_segment *segments;
    dead_set *dead;
    size_t segment_count;
    query_term *terms;
    size_t term_count;
    size_t term_capacity;
    term_pair pairs[DOCKET_PAIRS];
    size_t pair_count;
    /* Made when the first document is read. */
    docket_tokenizer *tokenizer;
    double documents;
    /* What stands beside tf in the formula: one part for all documents, one by length. */
    double norm_of_all;
    double norm_of_length;
    bool weighs_complete;
    bool weighs_names;
    docket_search_mode mode;
    /* The bits of clauses that make a document complete; 0 where that changes nothing. */
    uint32_t demanded;
    /* What a complete document scores more, and one with all clauses in its title. */
    double complete;
    double titled;
    /* The clause that the fewest documents have; NULL unless complete ones are looked for. */
    query_term *lead;
    /* Numbers before this one are not looked at. */
    uint64_t first;

    byte_buffer lengths;
    uint32_t lengths_chunk;
    uint64_t bits[BIT_WORDS];
    uint64_t found[BIT_WORDS];
    /* Bits of the clauses that a document has, and << 16 of those that its title has. */
    uint32_t held[DOCKET_CHUNK];
    double sums[DOCKET_CHUNK];
    uint32_t out_documents[DOCKET_CHUNK];
    double out_scores[DOCKET_CHUNK];
};

/* Finds out what documents score beside the parts of their terms, and which bits say that. */
void prepare_extras(docket_query *query);

/* The clauses that a document has by a term. */
static inline uint32_t held_by(const query_term *term, uint8_t frequency) {
    return term->clauses | (is_in_title(frequency) ? term->clauses << DEMANDED_MAXIMUM : 0);
}

/* Whether a document with these clauses has all, and whether its title has. */
static inline bool has_all(const docket_query *query, uint32_t held) {
    uint32_t clauses = held & ((1u << DEMANDED_MAXIMUM) - 1);
    return query->demanded != 0 && clauses == query->demanded;
}

static inline bool has_all_in_title(const docket_query *query, uint32_t held) {
    return has_all(query, held) && held >> DEMANDED_MAXIMUM == query->demanded;
}

/* Reads the lengths of a chunk; does nothing for the one that was read last. */
int read_lengths(docket_query *query, uint32_t chunk);

/* What a term adds to the score of a document of that chunk. */
static inline double part_of_score(
    const docket_query *query, double weight, uint8_t frequency, uint32_t place) {
    double length = load16(query->lengths.bytes + 2 * place);
    double tf = weigh_frequency(frequency);
    return weight * tf / (tf + query->norm_of_all + query->norm_of_length * length);
}
