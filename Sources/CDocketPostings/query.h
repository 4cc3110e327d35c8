#pragma once

#include "dead_set.h"
#include "stem_cursor.h"

enum { BIT_WORDS = (DOCKET_CHUNK + 63) / 64 };

/* See docket_query_next. */
static const double K1 = 1.2;
static const double B = 0.75;
static const double TITLE_BONUS = 0.2;

/* A list of a term: list S of a segment, or what was found by places. */
typedef struct {
    stem_cursor list;
    /* Of the segment; NULL where all documents are known to live. */
    dead_set *dead;
} term_cursor;

typedef struct {
    docket_term_role role;
    uint64_t documents;
    /* idf × boost × (k1 + 1) */
    double weight;
    term_cursor *cursors;
    size_t count;
    /* In a search for complete documents: of each number of the chunk under way. */
    uint8_t *frequencies;
} query_term;

struct docket_query {
    docket_reading reading;
    work_watch watch;
    docket_segment *segments;
    dead_set *dead;
    size_t segment_count;
    query_term *terms;
    size_t term_count;
    size_t term_capacity;
    double documents;
    /* What stands beside tf in the formula: one part for all documents, one by length. */
    double norm_of_all;
    double norm_of_length;
    bool weighs_complete;
    docket_search_mode mode;
    /* Clauses that make a document complete; 0 where that changes nothing. */
    unsigned demanded;
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
    /* Clauses that a document has, and << 16 those that its title has. */
    uint32_t held[DOCKET_CHUNK];
    double sums[DOCKET_CHUNK];
    uint32_t out_documents[DOCKET_CHUNK];
    double out_scores[DOCKET_CHUNK];
};
