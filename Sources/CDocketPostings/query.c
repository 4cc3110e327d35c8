#include <stdlib.h>

#include "query.h"

/* ---- The chunk under way ---- */

int read_lengths(docket_query *query, uint32_t chunk) {
    if (query->lengths_chunk == chunk) return SQLITE_OK;
    int code = read_by_id(query->reading.chunk, chunk, &query->lengths);
    if (code == SQLITE_OK && query->lengths.used != 2 * DOCKET_CHUNK) code = SQLITE_CORRUPT;
    if (code == SQLITE_OK) query->lengths_chunk = chunk;
    return code;
}

/* What a document with these clauses scores beside the parts of its terms. */
static double extra_score(const docket_query *query, uint32_t held) {
    if (!has_all(query, held)) return 0;
    return query->complete + (has_all_in_title(query, held) ? query->titled : 0);
}

static void set_bit(uint64_t *bits, uint32_t place) {
    bits[place / 64] |= UINT64_C(1) << place % 64;
}

/* Takes what is read of a list below `end`. */
static inline __attribute__((always_inline)) void take_run(
    docket_query *query, const query_term *term, term_cursor *cursor, uint32_t base, uint64_t end,
    bool is_scored, bool is_held, bool has_dead) {
    stem_cursor *list = &cursor->list;
    uint32_t at = list->at;
    for (; at < list->count && list->documents[at] < end; at++) {
        uint32_t place = list->documents[at] - base;
        if (has_dead && is_dead(cursor->dead, list->documents[at])) continue;
        set_bit(query->bits, place);
        if (is_held) query->held[place] |= held_by(term, list->frequencies[at]);
        if (is_scored) {
            query->sums[place] +=
                part_of_score(query, term->weight, list->frequencies[at], place);
        }
    }
    list->at = at;
}

/* Adds the documents of the term in [base, base + DOCKET_CHUNK). */
static int take_term(
    docket_query *query, const query_term *term, uint32_t chunk, bool is_scored, bool is_held) {
    uint32_t base = chunk * DOCKET_CHUNK;
    uint64_t end = (uint64_t)base + DOCKET_CHUNK;
    for (size_t i = 0; i < term->count; i++) {
        term_cursor *cursor = &term->cursors[i];
        while (!stem_cursor_has_ended(&cursor->list) &&
               cursor->list.documents[cursor->list.at] < end) {
            int code = cursor->dead
                           ? dead_set_read(cursor->dead, &query->reading, chunk)
                           : SQLITE_OK;
            uint32_t before = cursor->list.at;
            bool has_dead = cursor->dead && cursor->dead->is_touched;
            if (code != SQLITE_OK) return code;
            if (has_dead) {
                take_run(query, term, cursor, base, end, is_scored, is_held, true);
            } else if (!is_scored) {
                take_run(query, term, cursor, base, end, false, is_held, false);
            } else if (is_held) {
                take_run(query, term, cursor, base, end, true, true, false);
            } else {
                take_run(query, term, cursor, base, end, true, false, false);
            }
            code = spend(&query->watch, cursor->list.at - before);
            if (code != SQLITE_OK) return code;
            if (cursor->list.at < cursor->list.count || cursor->list.blocks == 0) break;
            uint64_t next = (uint64_t)cursor->list.documents[cursor->list.count - 1] + 1;
            if (next > UINT32_MAX) break;
            code = stem_cursor_seek(
                &cursor->list, &query->reading, &query->watch, (uint32_t)next);
            if (code != SQLITE_OK) return code;
        }
    }
    return SQLITE_OK;
}

/* The place of the first bit from `place` on; DOCKET_CHUNK where there is none. */
static uint32_t next_bit(const uint64_t *bits, uint32_t place) {
    if (place >= DOCKET_CHUNK) return DOCKET_CHUNK;
    uint32_t word = place / 64;
    uint64_t left = bits[word] & (UINT64_MAX << place % 64);
    while (left == 0) {
        if (++word == BIT_WORDS) return DOCKET_CHUNK;
        left = bits[word];
    }
    return word * 64 + (uint32_t)__builtin_ctzll(left);
}

/* Finds which of the documents in `bits` the term has. */
static int meet_term(docket_query *query, query_term *term, uint32_t chunk) {
    uint32_t base = chunk * DOCKET_CHUNK;
    memset(query->found, 0, sizeof query->found);
    for (size_t i = 0; i < term->count; i++) {
        term_cursor *cursor = &term->cursors[i];
        stem_cursor *list = &cursor->list;
        bool is_read = false;
        uint32_t place = next_bit(query->bits, 0);
        while (place < DOCKET_CHUNK) {
            int code = stem_cursor_seek(list, &query->reading, &query->watch, base + place);
            if (code == SQLITE_OK) code = spend(&query->watch, 4);
            if (code != SQLITE_OK) return code;
            if (stem_cursor_has_ended(list)) break;
            uint64_t reached = (uint64_t)list->documents[list->at] - base;
            if (reached >= DOCKET_CHUNK) break;
            if (reached == place) {
                if (!is_read && cursor->dead) {
                    code = dead_set_read(cursor->dead, &query->reading, chunk);
                    if (code != SQLITE_OK) return code;
                }
                is_read = true;
                if (!cursor->dead || !is_dead(cursor->dead, base + place)) {
                    set_bit(query->found, place);
                    if (term->frequencies) term->frequencies[place] = list->frequencies[list->at];
                }
                reached++;
            }
            place = next_bit(query->bits, (uint32_t)reached);
        }
    }
    return SQLITE_OK;
}

static bool has_bits(const uint64_t *bits) {
    for (size_t i = 0; i < BIT_WORDS; i++) if (bits[i]) return true;
    return false;
}

static int leave_out_excluded(docket_query *query, uint32_t chunk) {
    for (size_t i = 0; i < query->term_count; i++) {
        if (query->terms[i].role != DOCKET_EXCLUDED) continue;
        int code = meet_term(query, &query->terms[i], chunk);
        if (code != SQLITE_OK) return code;
        for (size_t j = 0; j < BIT_WORDS; j++) query->bits[j] &= ~query->found[j];
    }
    return SQLITE_OK;
}

/* ---- Every match ---- */

static int take_any(docket_query *query, uint32_t chunk) {
    bool is_scored = query->mode == DOCKET_SCORED;
    bool is_held = is_scored && query->demanded > 0;
    int code = SQLITE_OK;
    if (is_scored) {
        code = read_lengths(query, chunk);
        memset(query->sums, 0, sizeof query->sums);
    }
    if (is_held) memset(query->held, 0, sizeof query->held);
    for (size_t i = 0; code == SQLITE_OK && i < query->term_count; i++) {
        const query_term *term = &query->terms[i];
        if (term->role == DOCKET_EXCLUDED) continue;
        code = take_term(query, term, chunk, is_scored, is_held && term->clauses != 0);
    }
    return code == SQLITE_OK ? leave_out_excluded(query, chunk) : code;
}

/* ---- Documents that have all ---- */

static bool stands_for(const query_term *term, const query_term *terms, const query_term *clause) {
    for (size_t i = 0; i < term->covered_count; i++) {
        if (&terms[term->covered[i]] == clause) return true;
    }
    return false;
}

/* Takes all documents of the term in the chunk. */
static int gather(docket_query *query, query_term *term, uint32_t chunk, uint64_t *found) {
    uint32_t base = chunk * DOCKET_CHUNK;
    uint64_t end = (uint64_t)base + DOCKET_CHUNK;
    for (size_t i = 0; i < term->count; i++) {
        term_cursor *cursor = &term->cursors[i];
        stem_cursor *list = &cursor->list;
        int code = stem_cursor_seek(list, &query->reading, &query->watch, base);
        while (code == SQLITE_OK && !stem_cursor_has_ended(list) &&
               list->documents[list->at] < end) {
            code = cursor->dead ? dead_set_read(cursor->dead, &query->reading, chunk) : SQLITE_OK;
            if (code == SQLITE_OK) code = spend(&query->watch, 1);
            if (code != SQLITE_OK) return code;
            uint32_t document = list->documents[list->at];
            if (!cursor->dead || !is_dead(cursor->dead, document)) {
                set_bit(found, document - base);
                if (term->frequencies) {
                    term->frequencies[document - base] = list->frequencies[list->at];
                }
            }
            list->at++;
            if (list->at < list->count || list->blocks == 0 || document == UINT32_MAX) continue;
            code = stem_cursor_seek(list, &query->reading, &query->watch, document + 1);
        }
        if (code != SQLITE_OK) return code;
    }
    return SQLITE_OK;
}

/* Adds to `found` what has a clause by the terms that stand for it. */
static void add_standing(docket_query *query, const query_term *clause, uint64_t *found) {
    for (size_t i = 0; i < query->term_count; i++) {
        if (!stands_for(&query->terms[i], query->terms, clause)) continue;
        for (size_t j = 0; j < BIT_WORDS; j++) found[j] |= query->terms[i].found[j];
    }
}

static int take_lead(docket_query *query, uint32_t chunk) {
    int code = SQLITE_OK;
    for (size_t i = 0; code == SQLITE_OK && i < query->term_count; i++) {
        query_term *term = &query->terms[i];
        if (term->covered_count == 0) continue;
        memset(term->found, 0, sizeof term->found);
        code = gather(query, term, chunk, term->found);
    }
    if (code == SQLITE_OK) code = gather(query, query->lead, chunk, query->bits);
    add_standing(query, query->lead, query->bits);
    return code;
}

/* Keeps in `bits` what has all clauses; with scores, the other terms are looked up for those. */
static int take_complete(docket_query *query, uint32_t chunk) {
    bool is_scored = query->mode == DOCKET_COMPLETE;
    for (size_t i = 0; is_scored && i < query->term_count; i++) {
        memset(query->terms[i].frequencies, 0, DOCKET_CHUNK);
    }
    int code = take_lead(query, chunk);
    /* Clauses that few documents have come first. */
    uint64_t least = query->lead->reach;
    for (size_t met = 1; code == SQLITE_OK && met < query->term_count && has_bits(query->bits);) {
        uint64_t next = UINT64_MAX;
        for (size_t i = 0; code == SQLITE_OK && i < query->term_count; i++) {
            query_term *term = &query->terms[i];
            if (term->role != DOCKET_CLAUSE || term == query->lead) continue;
            if (term->reach > least && term->reach < next) next = term->reach;
            if (term->reach != least) continue;
            code = meet_term(query, term, chunk);
            add_standing(query, term, query->found);
            for (size_t j = 0; j < BIT_WORDS; j++) query->bits[j] &= query->found[j];
            met++;
        }
        if (next == UINT64_MAX) break;
        least = next;
    }
    if (code == SQLITE_OK) code = leave_out_excluded(query, chunk);
    if (code != SQLITE_OK || !is_scored || !has_bits(query->bits)) return code;
    for (size_t i = 0; code == SQLITE_OK && i < query->term_count; i++) {
        query_term *term = &query->terms[i];
        if (term->role != DOCKET_PART || term->covered_count > 0) continue;
        code = meet_term(query, term, chunk);
    }
    return code == SQLITE_OK ? read_lengths(query, chunk) : code;
}

static double score_of_complete(const docket_query *query, uint32_t place) {
    double sum = 0;
    uint32_t held = 0;
    for (size_t i = 0; i < query->term_count; i++) {
        const query_term *term = &query->terms[i];
        if (term->role == DOCKET_EXCLUDED || term->frequencies[place] == 0) continue;
        held |= held_by(term, term->frequencies[place]);
        sum += part_of_score(query, term->weight, term->frequencies[place], place);
    }
    return sum + extra_score(query, held);
}

/* ---- Searching ---- */

static int go_to(docket_query *query, const query_term *term) {
    for (size_t i = 0; i < term->count; i++) {
        int code = stem_cursor_seek(
            &term->cursors[i].list, &query->reading, &query->watch, (uint32_t)query->first);
        if (code != SQLITE_OK) return code;
    }
    return SQLITE_OK;
}

/* Whether documents are sought by the term where complete ones are. */
static bool leads(const docket_query *query, const query_term *term) {
    return term == query->lead || stands_for(term, query->terms, query->lead);
}

static int prepare_complete(docket_query *query) {
    query->lead = NULL;
    for (size_t i = 0; i < query->term_count; i++) {
        query_term *term = &query->terms[i];
        if (!term->frequencies && query->mode == DOCKET_COMPLETE) {
            term->frequencies = malloc(DOCKET_CHUNK);
            if (!term->frequencies) return SQLITE_NOMEM;
        }
        if (term->role != DOCKET_CLAUSE) continue;
        if (!query->lead || term->reach < query->lead->reach) query->lead = term;
    }
    int code = SQLITE_OK;
    for (size_t i = 0; query->lead && code == SQLITE_OK && i < query->term_count; i++) {
        if (leads(query, &query->terms[i])) code = go_to(query, &query->terms[i]);
    }
    return code;
}

int docket_query_start(docket_query *query, docket_search_mode mode, uint32_t after) {
    query->mode = mode;
    query->first = (uint64_t)after + 1;
    query->lead = NULL;
    if (query->first > UINT32_MAX) return SQLITE_OK;
    for (size_t i = 0; i < query->term_count; i++) {
        query_term *term = &query->terms[i];
        for (size_t j = 0; j < term->count; j++) stem_cursor_rewind(&term->cursors[j].list);
    }
    prepare_extras(query);
    if (mode == DOCKET_COMPLETE || mode == DOCKET_COMPLETE_UNSCORED) {
        return prepare_complete(query);
    }
    int code = SQLITE_OK;
    for (size_t i = 0; code == SQLITE_OK && i < query->term_count; i++) {
        if (query->terms[i].role != DOCKET_EXCLUDED) code = go_to(query, &query->terms[i]);
    }
    return code;
}

/* The least document that a wanted list has next; false at the end. */
static bool find_next(const docket_query *query, uint32_t *next) {
    bool is_found = false;
    for (size_t i = 0; i < query->term_count; i++) {
        const query_term *term = &query->terms[i];
        if (query->lead ? !leads(query, term) : term->role == DOCKET_EXCLUDED) continue;
        for (size_t j = 0; j < term->count; j++) {
            const stem_cursor *list = &term->cursors[j].list;
            if (stem_cursor_has_ended(list)) continue;
            uint32_t document = list->documents[list->at];
            if (!is_found || document < *next) *next = document;
            is_found = true;
        }
    }
    return is_found;
}

static void give_out(docket_query *query, uint32_t chunk, docket_matches *matches) {
    uint32_t count = 0;
    for (uint32_t place = next_bit(query->bits, 0); place < DOCKET_CHUNK;
         place = next_bit(query->bits, place + 1)) {
        query->out_documents[count] = chunk * DOCKET_CHUNK + place;
        double score = 1;
        if (query->mode == DOCKET_COMPLETE) {
            score = score_of_complete(query, place);
        } else if (query->mode == DOCKET_SCORED) {
            score = query->sums[place];
            if (query->demanded > 0) score += extra_score(query, query->held[place]);
        }
        query->out_scores[count++] = score;
    }
    *matches = (docket_matches){query->out_documents, query->out_scores, count};
}

int docket_query_next(docket_query *query, docket_matches *matches) {
    *matches = (docket_matches){0};
    bool is_complete =
        query->mode == DOCKET_COMPLETE || query->mode == DOCKET_COMPLETE_UNSCORED;
    if (query->first > UINT32_MAX || (is_complete && !query->lead)) return SQLITE_OK;
    uint32_t next = 0;
    while (find_next(query, &next)) {
        uint32_t chunk = next / DOCKET_CHUNK;
        int code = spend(&query->watch, UNITS_OF_ROW);
        memset(query->bits, 0, sizeof query->bits);
        if (code == SQLITE_OK) {
            code = is_complete ? take_complete(query, chunk) : take_any(query, chunk);
        }
        if (code != SQLITE_OK) return code;
        give_out(query, chunk, matches);
        if (matches->count > 0) return SQLITE_OK;
    }
    return SQLITE_OK;
}
