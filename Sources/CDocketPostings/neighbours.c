#include "neighbours.h"

#include <stdlib.h>

#include "word_lists.h"

/* Places of a term in the documents that are looked at: document << 32 | column << PLACE_BITS |
 * place, ascending. */
typedef struct {
    uint64_t *values;
    size_t count;
    size_t capacity;
} term_places;

typedef struct {
    docket_query *query;
    const uint32_t *documents;
    size_t count;
    /* The segment under way, and the next of the documents in its list. */
    size_t segment;
    size_t next;
    byte_buffer block;
    term_places *found;
} neighbour_search;

static bool add_place(term_places *places, uint64_t value) {
    if (places->count == places->capacity) {
        size_t capacity = places->capacity ? places->capacity * 2 : 64;
        uint64_t *values = realloc(places->values, capacity * sizeof *values);
        if (!values) return false;
        places->values = values;
        places->capacity = capacity;
    }
    places->values[places->count++] = value;
    return true;
}

/* Takes, or passes over, the places of one document. */
static int take_places(
    neighbour_search *search, uint32_t document, bool is_wanted, byte_reader *reader) {
    docket_query *query = search->query;
    uint64_t codes;
    if (!take_varint(reader, &codes)) return SQLITE_CORRUPT;
    if (codes > (uint64_t)(reader->end - reader->next)) return SQLITE_CORRUPT;
    int code = spend(&query->watch, 2 + codes);
    if (code == SQLITE_OK && is_wanted) {
        dead_set *dead = &query->dead[search->segment];
        code = dead_set_read(dead, &query->reading, document / DOCKET_CHUNK);
        is_wanted = code == SQLITE_OK && !is_dead(dead, document);
    }
    uint32_t column = BODY_COLUMN, place = 0;
    uint64_t passed;
    for (; code == SQLITE_OK && !is_wanted && codes > 0; codes--) {
        if (!take_varint(reader, &passed)) return SQLITE_CORRUPT;
    }
    while (code == SQLITE_OK && codes > 0) {
        if (!next_place(reader, &codes, &column, &place)) return SQLITE_CORRUPT;
        if (place == 0) continue;
        uint64_t value = (uint64_t)document << 32 | (uint64_t)column << PLACE_BITS | place;
        if (!add_place(search->found, value)) return SQLITE_NOMEM;
    }
    return code;
}

/* The documents of a short list, or of a block, after `last`. */
static int scan_documents(
    neighbour_search *search, byte_reader reader, uint64_t count, uint32_t last) {
    for (uint64_t i = 0; i < count && search->next < search->count; i++) {
        if (!take_document(&reader, &last)) return SQLITE_CORRUPT;
        while (search->next < search->count && search->documents[search->next] < last) {
            search->next++;
        }
        bool is_wanted =
            search->next < search->count && search->documents[search->next] == last;
        int code = take_places(search, last, is_wanted, &reader);
        if (code != SQLITE_OK) return code;
    }
    return SQLITE_OK;
}

static int scan_list(neighbour_search *search, const uint8_t *bytes, size_t length) {
    docket_query *query = search->query;
    list_head head;
    int code = read_head(bytes, length, &head);
    if (code != SQLITE_OK) return code;
    search->next = 0;
    if (!head.is_long) return scan_documents(search, head.rest, head.documents, 0);
    uint32_t base = 0;
    for (uint32_t block = 0; block < head.blocks && search->next < search->count; block++) {
        const uint8_t *entry = head.rest.next + (size_t)block * DIRECTORY_BYTES;
        uint32_t last = load32(entry);
        if (last <= base) return SQLITE_CORRUPT;
        while (search->next < search->count && search->documents[search->next] <= base) {
            search->next++;
        }
        if (search->next < search->count && search->documents[search->next] <= last) {
            code = spend(&query->watch, UNITS_OF_ROW);
            sqlite3_int64 id =
                block_id(query->segments[search->segment].id, head.first_block + block);
            if (code == SQLITE_OK) code = read_by_id(query->reading.block, id, &search->block);
            if (code != SQLITE_OK) return code;
            byte_reader reader = {search->block.bytes, search->block.bytes + search->block.used};
            code = scan_documents(search, reader, load16(entry + 4), base);
            if (code != SQLITE_OK) return code;
        }
        base = last;
    }
    return SQLITE_OK;
}

static int compare_values(const void *one, const void *other) {
    uint64_t left = *(const uint64_t *)one, right = *(const uint64_t *)other;
    return left < right ? -1 : left > right;
}

/* Finds the places of one term in all segments. */
static int find_term(neighbour_search *search, const query_term *term) {
    docket_query *query = search->query;
    term_slot slot = {term->stem, term->stem_length, DOCKET_INFLECTED};
    word_lists lists = {0};
    int code = SQLITE_OK;
    for (size_t i = 0; code == SQLITE_OK && i < query->segment_count; i++) {
        search->segment = i;
        code = spend(&query->watch, 2 * UNITS_OF_ROW);
        if (code == SQLITE_OK) {
            code = word_lists_read(
                &lists, &query->reading, query->segments[i].id, &slot, &query->watch);
        }
        size_t start = 0;
        for (size_t j = 0; code == SQLITE_OK && j < lists.count; j++) {
            code = scan_list(search, lists.bytes.bytes + start, lists.ends[j] - start);
            start = lists.ends[j];
        }
    }
    word_lists_free(&lists);
    if (code != SQLITE_OK || search->found->count < 2) return code;
    code = spend(&query->watch, search->found->count * 4);
    qsort(search->found->values, search->found->count, sizeof(uint64_t), compare_values);
    return code;
}

/* Adds to the score of a document what so many pairs are worth. */
static int add_pairs(
    neighbour_search *search, double weight, uint32_t document, uint8_t frequency,
    double *scores) {
    size_t place = 0;
    while (place < search->count && search->documents[place] < document) place++;
    if (place == search->count || search->documents[place] != document) return SQLITE_CORRUPT;
    int code = read_lengths(search->query, document / DOCKET_CHUNK);
    if (code != SQLITE_OK) return code;
    scores[place] += part_of_score(search->query, weight, frequency, document % DOCKET_CHUNK);
    return SQLITE_OK;
}

/* Goes through the places of two terms side by side. */
static int meet_pair(
    neighbour_search *search, double weight, const term_places *one, const term_places *other,
    double *scores) {
    int code = spend(&search->query->watch, one->count + other->count);
    uint32_t document = 0;
    uint8_t frequency = 0;
    for (size_t i = 0, j = 0; code == SQLITE_OK && i < one->count && j < other->count;) {
        uint64_t left = one->values[i], right = other->values[j];
        uint64_t first = left < right ? left : right;
        if (left < right) i++; else j++;
        if ((left < right ? right : left) != first + 1) continue;
        if (frequency > 0 && (uint32_t)(first >> 32) != document) {
            code = add_pairs(search, weight, document, frequency, scores);
            frequency = 0;
        }
        document = (uint32_t)(first >> 32);
        bool is_title = ((uint32_t)first >> PLACE_BITS) == TITLE_COLUMN;
        frequency = raise_frequency(frequency, is_title, 1);
    }
    if (code != SQLITE_OK || frequency == 0) return code;
    return add_pairs(search, weight, document, frequency, scores);
}

int find_neighbours(
    docket_query *query, const uint32_t *documents, size_t count, double *scores) {
    neighbour_search search = {.query = query, .documents = documents, .count = count};
    term_places *places = calloc(query->term_count + 1, sizeof *places);
    bool *is_read = calloc(query->term_count + 1, sizeof *is_read);
    int code = places && is_read ? SQLITE_OK : SQLITE_NOMEM;
    for (size_t i = 0; code == SQLITE_OK && i < query->pair_count; i++) {
        const term_pair *pair = &query->pairs[i];
        for (size_t j = 0; code == SQLITE_OK && j < 2; j++) {
            size_t term = j == 0 ? pair->first : pair->second;
            if (is_read[term]) continue;
            is_read[term] = true;
            search.found = &places[term];
            code = find_term(&search, &query->terms[term]);
        }
        if (code != SQLITE_OK) break;
        code = meet_pair(
            &search, pair->weight, &places[pair->first], &places[pair->second], scores);
    }
    for (size_t i = 0; places && i < query->term_count; i++) free(places[i].values);
    free(places);
    free(is_read);
    buffer_free(&search.block);
    return code;
}
