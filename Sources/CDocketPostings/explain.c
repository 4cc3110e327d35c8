#include "query.h"

/* How often the document has the term, as its list says; 0 where it does not, or is dead. */
static int find_frequency(
    docket_query *query, query_term *term, uint32_t document, uint8_t *frequency) {
    *frequency = 0;
    for (size_t i = 0; i < term->count && *frequency == 0; i++) {
        term_cursor *cursor = &term->cursors[i];
        stem_cursor *list = &cursor->list;
        stem_cursor_rewind(list);
        int code = stem_cursor_seek(list, &query->reading, &query->watch, document);
        if (code != SQLITE_OK) return code;
        if (stem_cursor_has_ended(list) || list->documents[list->at] != document) continue;
        if (cursor->dead) {
            code = dead_set_read(cursor->dead, &query->reading, document / DOCKET_CHUNK);
            if (code != SQLITE_OK) return code;
            if (is_dead(cursor->dead, document)) continue;
        }
        *frequency = list->frequencies[list->at];
    }
    return SQLITE_OK;
}

/* Of something whose weight in the formula is weight × idf × (k1 + 1). */
static docket_score_part part_of(
    const docket_query *query, double weight, double idf, double whole, uint8_t frequency,
    uint32_t document) {
    uint32_t place = document % DOCKET_CHUNK;
    return (docket_score_part){
        part_of_score(query, whole, frequency, place), weight, idf,
        part_of_score(query, K1 + 1, frequency, place)};
}

/* What a document scores beside the parts of its terms; rarities are sums over the terms. */
static void explain_extras(
    const docket_query *query, uint32_t held, docket_explanation *explanation) {
    double all = 0, clauses = 0;
    for (size_t i = 0; i < query->term_count; i++) {
        const query_term *term = &query->terms[i];
        if (term->role == DOCKET_EXCLUDED) continue;
        all += term->idf * term->boost;
        if (term->role == DOCKET_CLAUSE) clauses += term->idf * term->boost;
    }
    if (query->complete > 0 && has_all(query, held)) {
        explanation->complete =
            (docket_score_part){query->complete, COMPLETE_FACTOR, all, K1 + 1};
    }
    if (query->titled > 0 && has_all_in_title(query, held)) {
        explanation->titled = (docket_score_part){query->titled, TITLE_BONUS, clauses, 1};
    }
}

static void explain_pairs(
    docket_query *query, uint32_t document, docket_explanation *explanation) {
    explanation->pair_count = query->pair_count;
    for (size_t i = 0; i < query->pair_count; i++) {
        term_pair *pair = &query->pairs[i];
        const query_term *first = &query->terms[pair->first];
        const query_term *second = &query->terms[pair->second];
        docket_pair_part *part = &explanation->pairs[i];
        *part = (docket_pair_part){.first = pair->first, .second = pair->second};
        if (pair->found > 0) {
            double idf = first->idf * first->boost + second->idf * second->boost;
            part->part = part_of(query, PAIR_SHARE, idf, pair->weight, pair->found, document);
        }
        pair->found = 0;
    }
}

static void explain_names(docket_query *query, docket_explanation *explanation) {
    for (size_t i = 0; i < query->term_count; i++) {
        query_term *term = &query->terms[i];
        double score = term->is_name ? NAME_SHARE * term->idf * term->boost : 0;
        explanation->names[i] = (docket_score_part){0};
        if (score > 0) {
            explanation->names[i] =
                (docket_score_part){score, NAME_SHARE * term->boost, term->idf, 1};
        }
        term->is_name = false;
    }
}

int docket_query_explain(
    docket_query *query, uint32_t document, docket_explanation *explanation) {
    uint32_t held = 0;
    prepare_extras(query);
    explanation->complete = explanation->titled = (docket_score_part){0};
    int code = read_lengths(query, document / DOCKET_CHUNK);
    for (size_t i = 0; code == SQLITE_OK && i < query->term_count; i++) {
        query_term *term = &query->terms[i];
        uint8_t frequency = 0;
        if (term->role != DOCKET_EXCLUDED) {
            code = find_frequency(query, term, document, &frequency);
        }
        explanation->terms[i] = (docket_score_part){0};
        if (code != SQLITE_OK || frequency == 0) continue;
        held |= held_by(term, frequency);
        explanation->terms[i] =
            part_of(query, term->boost, term->idf, term->weight, frequency, document);
    }
    if (code != SQLITE_OK) return code;
    explain_extras(query, held, explanation);
    explain_names(query, explanation);
    explain_pairs(query, document, explanation);
    return SQLITE_OK;
}
