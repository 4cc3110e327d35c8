#include <math.h>
#include <stdlib.h>

#include "places.h"
#include "query.h"

int docket_query_new(
    const docket_reading *reading, const docket_segment *segments, size_t count,
    bool weighs_complete, docket_watch watch, docket_query **made) {
    docket_query *query = calloc(1, sizeof *query);
    *made = query;
    if (!query) return SQLITE_NOMEM;
    query->reading = *reading;
    query->watch = (work_watch){watch, UNITS_BETWEEN_LOOKS};
    query->weighs_complete = weighs_complete;
    query->lengths_chunk = UINT32_MAX;
    query->segment_count = count;
    query->segments = calloc(count + 1, sizeof *query->segments);
    query->dead = calloc(count + 1, sizeof *query->dead);
    if (!query->segments || !query->dead) return SQLITE_NOMEM;
    double documents = 0, lengths = 0;
    for (size_t i = 0; i < count; i++) {
        query->segments[i] = segments[i];
        query->dead[i] = dead_set_of(segments[i].id, segments[i].dead > 0);
        documents += segments[i].documents;
        lengths += (double)segments[i].lengths;
    }
    query->documents = documents > 0 ? documents : 1;
    query->norm_of_all = K1 * (1 - B);
    query->norm_of_length = lengths > 0 ? K1 * B * query->documents / lengths : 0;
    return SQLITE_OK;
}

void docket_query_free(docket_query *query) {
    if (!query) return;
    for (size_t i = 0; i < query->term_count; i++) {
        query_term *term = &query->terms[i];
        for (size_t j = 0; j < term->count; j++) stem_cursor_close(&term->cursors[j].list);
        free(term->cursors);
        free(term->frequencies);
    }
    for (size_t i = 0; query->dead && i < query->segment_count; i++) {
        buffer_free(&query->dead[i].bits);
    }
    free(query->terms);
    free(query->segments);
    free(query->dead);
    buffer_free(&query->lengths);
    docket_tokenizer_free(query->tokenizer);
    free(query);
}

/* ---- Terms ---- */

static int open_stems(docket_query *query, query_term *term, const docket_term *asked) {
    uint8_t key[KEY_BYTES];
    if (asked->length >= sizeof key) return SQLITE_OK;
    key[0] = STEM_LIST;
    memcpy(key + 1, asked->words, asked->length);
    term->cursors = calloc(query->segment_count + 1, sizeof *term->cursors);
    if (!term->cursors) return SQLITE_NOMEM;
    for (size_t i = 0; i < query->segment_count; i++) {
        int code = spend(&query->watch, UNITS_OF_ROW);
        if (code != SQLITE_OK) return code;
        term_cursor *cursor = &term->cursors[term->count];
        uint64_t documents;
        code = stem_cursor_open(
            &cursor->list, &query->reading, query->segments[i].id, key, asked->length + 1,
            &documents);
        cursor->dead = &query->dead[i];
        if (documents > 0 || code != SQLITE_OK) {
            term->count++;
        } else {
            stem_cursor_close(&cursor->list);
        }
        if (code != SQLITE_OK) return code;
        term->documents += documents;
    }
    return SQLITE_OK;
}

static size_t split(const docket_term *asked, term_slot *slots) {
    size_t count = 0, start = 0;
    for (size_t i = 0; i <= asked->length; i++) {
        if (i < asked->length && asked->words[i] != ' ') continue;
        if (i > start) {
            docket_term_kind kind = asked->kind;
            if (kind == DOCKET_PREFIX && i < asked->length) kind = DOCKET_EXACT;
            slots[count++] = (term_slot){asked->words + start, i - start, kind};
        }
        start = i + 1;
    }
    return count;
}

static uint8_t both(uint8_t one, uint8_t other) {
    one = raise_frequency(one, true, other >> TITLE_SHIFT);
    return raise_frequency(one, false, other & OTHERS_FREQUENCY_MAXIMUM);
}

/* Adds what another list has to a list. */
static int join(frequency_list *list, const frequency_list *other) {
    size_t most = list->count + other->count;
    frequency_list sum = {malloc(most * sizeof *sum.documents), malloc(most), 0, most};
    if (most > 0 && (!sum.documents || !sum.frequencies)) {
        frequency_list_free(&sum);
        return SQLITE_NOMEM;
    }
    for (size_t i = 0, j = 0; i < list->count || j < other->count; sum.count++) {
        bool is_left = i < list->count &&
                       (j == other->count || list->documents[i] <= other->documents[j]);
        bool is_right = j < other->count &&
                        (i == list->count || other->documents[j] <= list->documents[i]);
        sum.documents[sum.count] = is_left ? list->documents[i] : other->documents[j];
        uint8_t frequency = is_left ? list->frequencies[i++] : 0;
        if (is_right) frequency = both(frequency, other->frequencies[j++]);
        sum.frequencies[sum.count] = frequency;
    }
    frequency_list_free(list);
    *list = sum;
    return SQLITE_OK;
}

/* Finds the documents of each of a term's runs; all terms but DOCKET_EITHER have one. */
static int find_runs(
    docket_query *query, const docket_term *asked, term_slot *slots, frequency_list *found) {
    docket_term run = *asked;
    if (run.kind == DOCKET_EITHER) run.kind = DOCKET_INFLECTED;
    int code = SQLITE_OK;
    size_t start = 0;
    for (size_t i = 0; code == SQLITE_OK && i <= asked->length; i++) {
        if (i < asked->length && asked->words[i] != ',') continue;
        run.words = asked->words + start;
        run.length = i - start;
        start = i + 1;
        size_t count = split(&run, slots);
        if (count == 0) continue;
        frequency_list more = {0};
        code = find_places(
            &query->reading, query->segments, query->segment_count, slots, count, asked->columns,
            &query->watch, &more);
        if (code == SQLITE_OK && found->count > 0) {
            code = join(found, &more);
            frequency_list_free(&more);
        } else {
            frequency_list_free(found);
            *found = more;
        }
    }
    return code;
}

static int open_places(docket_query *query, query_term *term, const docket_term *asked) {
    term_slot *slots = calloc(asked->length / 2 + 1, sizeof *slots);
    term->cursors = calloc(1, sizeof *term->cursors);
    if (!slots || !term->cursors) {
        free(slots);
        return SQLITE_NOMEM;
    }
    frequency_list found = {0};
    int code = find_runs(query, asked, slots, &found);
    free(slots);
    term->count = 1;
    term->documents = found.count;
    /* A short list, which the cursor owns from here on. */
    stem_cursor *list = &term->cursors[0].list;
    list->documents = found.documents;
    list->count = (uint32_t)found.count;
    list->bytes.bytes = found.frequencies;
    list->frequencies = found.frequencies;
    return code;
}

int docket_query_add(docket_query *query, const docket_term *asked, uint64_t *documents) {
    *documents = 0;
    if (query->term_count == query->term_capacity) {
        size_t capacity = query->term_capacity ? query->term_capacity * 2 : 8;
        query_term *terms = realloc(query->terms, capacity * sizeof *terms);
        if (!terms) return SQLITE_NOMEM;
        query->terms = terms;
        query->term_capacity = capacity;
    }
    query_term *term = &query->terms[query->term_count++];
    *term = (query_term){.role = asked->role};
    bool is_stem = asked->kind == DOCKET_INFLECTED && asked->columns == UINT32_MAX &&
                   !memchr(asked->words, ' ', asked->length);
    if (is_stem && asked->length < sizeof term->stem) {
        memcpy(term->stem, asked->words, asked->length);
        term->stem_length = asked->length;
    }
    int code = is_stem ? open_stems(query, term, asked) : open_places(query, term, asked);
    double found = (double)term->documents;
    double others = query->documents > found ? query->documents - found : 0;
    term->idf = log(1 + (others + 0.5) / (found + 0.5));
    term->boost = asked->boost;
    term->weight = term->idf * term->boost * (K1 + 1);
    *documents = term->documents;
    return code;
}

int docket_query_stand(docket_query *query, size_t term, size_t clause) {
    if (term >= query->term_count || clause >= query->term_count) return SQLITE_MISUSE;
    query_term *standing = &query->terms[term];
    if (standing->role != DOCKET_PART || query->terms[clause].role != DOCKET_CLAUSE) {
        return SQLITE_MISUSE;
    }
    if (standing->covered_count == COVERED_MAXIMUM) return SQLITE_MISUSE;
    standing->covered[standing->covered_count++] = clause;
    return SQLITE_OK;
}

void prepare_extras(docket_query *query) {
    unsigned clauses = 0, wanted = 0;
    query->complete = 0;
    query->titled = 0;
    for (size_t i = 0; i < query->term_count; i++) {
        query_term *term = &query->terms[i];
        term->clauses = 0;
        term->reach = term->documents;
        if (term->role == DOCKET_EXCLUDED) continue;
        wanted++;
        if (query->weighs_complete) query->complete += COMPLETE_FACTOR * term->weight;
        if (term->role != DOCKET_CLAUSE) continue;
        if (clauses < DEMANDED_MAXIMUM) term->clauses = 1u << clauses;
        clauses++;
        query->titled += TITLE_BONUS * term->weight / (K1 + 1);
    }
    for (size_t i = 0; i < query->term_count; i++) {
        query_term *term = &query->terms[i];
        for (size_t j = 0; j < term->covered_count; j++) {
            query_term *clause = &query->terms[term->covered[j]];
            term->clauses |= clause->clauses;
            clause->reach += term->documents;
        }
    }
    if (clauses < 2) query->titled = 0;
    if (wanted < 2) query->complete = 0;
    bool is_demanded = query->complete > 0 || query->titled > 0;
    query->demanded =
        is_demanded && clauses <= DEMANDED_MAXIMUM ? (1u << clauses) - 1 : 0;
}

/* ---- Pairs ---- */

int docket_query_pair(docket_query *query, size_t first, size_t second) {
    if (first >= query->term_count || second >= query->term_count) return SQLITE_MISUSE;
    query_term *one = &query->terms[first], *other = &query->terms[second];
    if (first == second || one->stem_length == 0 || other->stem_length == 0) return SQLITE_OK;
    double half = query->documents / 2;
    if ((double)one->documents > half || (double)other->documents > half) return SQLITE_OK;
    term_pair pair = {first, second, PAIR_SHARE * (one->weight + other->weight), 0};
    size_t place = query->pair_count;
    if (place == DOCKET_PAIRS) {
        place = 0;
        for (size_t i = 1; i < DOCKET_PAIRS; i++) {
            if (query->pairs[i].weight < query->pairs[place].weight) place = i;
        }
        if (query->pairs[place].weight >= pair.weight) return SQLITE_OK;
    } else {
        query->pair_count++;
    }
    query->pairs[place] = pair;
    one->is_paired = other->is_paired = true;
    return SQLITE_OK;
}
