#include "places.h"

#include <stdlib.h>

#include "word_lists.h"

enum {
    /* Numbers of documents that are looked at together, and how many places of them; with more, the
     * same for fewer numbers. */
    WINDOW = 1 << 16,
    WINDOW_PLACES = 1 << 20,
    WINDOW_DIVISOR = 16,
};

/* A place in a document: document << 32 | column << PLACE_BITS | place. */
typedef struct {
    uint64_t *values;
    size_t count;
    size_t capacity;
} place_array;

typedef struct {
    const docket_reading *reading;
    work_watch *watch;
    uint32_t columns;
    uint32_t segment;
    dead_set dead;
    byte_buffer block;
    /* Numbers under way: first, and last. */
    uint32_t first;
    uint32_t last;
    /* What comes after them at the least; 0 for nothing. */
    uint32_t next;
    /* Documents that have the words before, one bit each; not looked at for the first. */
    uint8_t *kept;
    bool is_first;
    bool is_full;
    uint32_t slot;
    place_array found;
    place_array starts;
    place_array scratch;
} place_search;

void frequency_list_free(frequency_list *list) {
    free(list->documents);
    free(list->frequencies);
    *list = (frequency_list){0};
}

static int add_frequency(frequency_list *list, uint32_t document, uint8_t frequency) {
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 256;
        uint32_t *documents = realloc(list->documents, capacity * sizeof *documents);
        if (documents) list->documents = documents;
        uint8_t *frequencies = realloc(list->frequencies, capacity);
        if (frequencies) list->frequencies = frequencies;
        if (!documents || !frequencies) return SQLITE_NOMEM;
        list->capacity = capacity;
    }
    list->documents[list->count] = document;
    list->frequencies[list->count++] = frequency;
    return SQLITE_OK;
}

static bool reserve_places(place_array *array, size_t count) {
    if (array->capacity >= count) return true;
    size_t capacity = array->capacity ? array->capacity : 1024;
    while (capacity < count) capacity *= 2;
    uint64_t *values = realloc(array->values, capacity * sizeof *values);
    if (!values) return false;
    array->values = values;
    array->capacity = capacity;
    return true;
}

/* Ascending, by bytes from the last: those that all values share cost one look. */
static bool sort_places(place_array *array, place_array *scratch) {
    if (!reserve_places(scratch, array->count)) return false;
    for (int shift = 0; shift < 64; shift += 8) {
        size_t counts[257] = {0};
        for (size_t i = 0; i < array->count; i++) counts[(array->values[i] >> shift & 0xFF) + 1]++;
        if (counts[(array->values[0] >> shift & 0xFF) + 1] == array->count) continue;
        for (int i = 0; i < 256; i++) counts[i + 1] += counts[i];
        for (size_t i = 0; i < array->count; i++) {
            scratch->values[counts[array->values[i] >> shift & 0xFF]++] = array->values[i];
        }
        uint64_t *values = array->values;
        size_t capacity = array->capacity;
        array->values = scratch->values;
        array->capacity = scratch->capacity;
        scratch->values = values;
        scratch->capacity = capacity;
    }
    return true;
}

/* ---- Places of one word among the numbers under way ---- */

static void note_next(place_search *search, uint32_t document) {
    if (search->is_first && (search->next == 0 || document < search->next)) {
        search->next = document;
    }
}

/* Takes, or passes over, the places of one document. */
static int take_places(place_search *search, uint32_t document, byte_reader *reader) {
    uint64_t codes;
    if (!take_varint(reader, &codes)) return SQLITE_CORRUPT;
    int code = spend(search->watch, 4);
    if (code != SQLITE_OK) return code;
    uint32_t bit = document - search->first;
    bool is_wanted = document >= search->first;
    if (is_wanted && !search->is_first) is_wanted = search->kept[bit / 8] >> bit % 8 & 1;
    if (is_wanted) {
        code = dead_set_read(&search->dead, search->reading, document / DOCKET_CHUNK);
        if (code != SQLITE_OK) return code;
        is_wanted = !is_dead(&search->dead, document);
    }
    uint32_t column = BODY_COLUMN, place = 0;
    while (codes > 0) {
        if (!next_place(reader, &codes, &column, &place)) return SQLITE_CORRUPT;
        code = spend(search->watch, 1);
        if (code != SQLITE_OK) return code;
        if (!is_wanted || place < search->slot || !(search->columns >> column & 1)) continue;
        if (place == 0) continue;
        if (search->found.count == WINDOW_PLACES && search->last > search->first) {
            search->is_full = true;
            return SQLITE_OK;
        }
        if (!reserve_places(&search->found, search->found.count + 1)) return SQLITE_NOMEM;
        search->found.values[search->found.count++] =
            (uint64_t)document << 32 | (uint64_t)column << PLACE_BITS | (place - search->slot);
    }
    return SQLITE_OK;
}

/* The documents of a short list, or of a block, after `last`. */
static int scan_documents(
    place_search *search, byte_reader reader, uint64_t count, uint32_t last) {
    for (uint64_t i = 0; i < count && !search->is_full; i++) {
        if (!take_document(&reader, &last)) return SQLITE_CORRUPT;
        if (last > search->last) {
            note_next(search, last);
            return SQLITE_OK;
        }
        int code = take_places(search, last, &reader);
        if (code != SQLITE_OK) return code;
    }
    return SQLITE_OK;
}

static int scan_list(place_search *search, const uint8_t *bytes, size_t length) {
    list_head head;
    int code = read_head(bytes, length, &head);
    if (code != SQLITE_OK) return code;
    if (!head.is_long) return scan_documents(search, head.rest, head.documents, 0);
    uint32_t base = 0;
    for (uint32_t block = 0; block < head.blocks && !search->is_full; block++) {
        const uint8_t *entry = head.rest.next + (size_t)block * DIRECTORY_BYTES;
        uint32_t last = load32(entry);
        if (last <= base) return SQLITE_CORRUPT;
        if (base >= search->last) {
            if (base < UINT32_MAX) note_next(search, base + 1);
            return SQLITE_OK;
        }
        if (last >= search->first) {
            code = spend(search->watch, UNITS_OF_ROW);
            sqlite3_int64 id = block_id(search->segment, head.first_block + block);
            if (code == SQLITE_OK) code = read_by_id(search->reading->block, id, &search->block);
            if (code != SQLITE_OK) return code;
            byte_reader reader = {
                search->block.bytes, search->block.bytes + search->block.used};
            code = scan_documents(search, reader, load16(entry + 4), base);
            if (code != SQLITE_OK) return code;
        }
        base = last;
    }
    return SQLITE_OK;
}

static int scan_word(place_search *search, const word_lists *lists, uint32_t slot) {
    search->slot = slot;
    search->found.count = 0;
    size_t start = 0;
    for (size_t i = 0; i < lists->count && !search->is_full; i++) {
        int code = scan_list(search, lists->bytes.bytes + start, lists->ends[i] - start);
        if (code != SQLITE_OK) return code;
        start = lists->ends[i];
    }
    if (lists->count > 1 && search->found.count > 1) {
        int code = spend(search->watch, search->found.count);
        if (code != SQLITE_OK) return code;
        if (!sort_places(&search->found, &search->scratch)) return SQLITE_NOMEM;
    }
    return SQLITE_OK;
}

/* ---- Words next to each other ---- */

/* Keeps of the places where the words before begin those where this word agrees. */
static int meet(place_search *search) {
    int code = spend(search->watch, search->found.count + search->starts.count);
    if (search->is_first) {
        place_array starts = search->starts;
        search->starts = search->found;
        search->found = starts;
    } else {
        size_t kept = 0, i = 0, j = 0;
        uint64_t *starts = search->starts.values;
        while (i < search->starts.count && j < search->found.count) {
            if (starts[i] < search->found.values[j]) i++;
            else if (starts[i] > search->found.values[j]) j++;
            else { starts[kept++] = starts[i++]; j++; }
        }
        search->starts.count = kept;
    }
    memset(search->kept, 0, WINDOW / 8);
    for (size_t i = 0; i < search->starts.count; i++) {
        uint32_t bit = (uint32_t)(search->starts.values[i] >> 32) - search->first;
        search->kept[bit / 8] |= (uint8_t)(1 << bit % 8);
    }
    search->is_first = false;
    return code;
}

static int add_found(place_search *search, frequency_list *list) {
    for (size_t i = 0; i < search->starts.count;) {
        uint32_t document = (uint32_t)(search->starts.values[i] >> 32);
        uint8_t frequency = 0;
        for (; i < search->starts.count; i++) {
            if ((uint32_t)(search->starts.values[i] >> 32) != document) break;
            uint32_t column = (uint32_t)search->starts.values[i] >> PLACE_BITS;
            frequency = raise_frequency(frequency, column == TITLE_COLUMN, 1);
        }
        int code = add_frequency(list, document, frequency);
        if (code != SQLITE_OK) return code;
    }
    return SQLITE_OK;
}

/* Looks at the numbers under way, words in the order of `order`. */
static int search_window(
    place_search *search, const word_lists *words, const uint32_t *order, size_t count,
    frequency_list *list) {
    search->is_first = true;
    search->is_full = false;
    search->next = 0;
    search->starts.count = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && search->starts.count == 0) break;
        int code = scan_word(search, &words[order[i]], order[i]);
        if (code != SQLITE_OK || search->is_full) return code;
        code = meet(search);
        if (code != SQLITE_OK) return code;
    }
    return add_found(search, list);
}

/* Rarest words first. */
static void choose_order(const word_lists *words, size_t count, uint32_t *order) {
    for (size_t i = 0; i < count; i++) {
        size_t place = i;
        while (place > 0 && words[order[place - 1]].documents > words[i].documents) {
            order[place] = order[place - 1];
            place--;
        }
        order[place] = (uint32_t)i;
    }
}

static int search_segment(
    place_search *search, const term_slot *slots, size_t count, word_lists *words,
    uint32_t *order, frequency_list *list) {
    for (size_t i = 0; i < count; i++) {
        int code = word_lists_read(
            &words[i], search->reading, search->segment, &slots[i], search->watch);
        if (code != SQLITE_OK || words[i].count == 0) return code;
    }
    choose_order(words, count, order);
    uint32_t size = WINDOW;
    search->first = 1;
    while (search->first > 0) {
        bool is_last = size - 1 > UINT32_MAX - search->first;
        search->last = is_last ? UINT32_MAX : search->first + size - 1;
        int code = search_window(search, words, order, count, list);
        if (code != SQLITE_OK) return code;
        if (search->is_full) {
            size = size > WINDOW_DIVISOR ? size / WINDOW_DIVISOR : 1;
        } else {
            search->first = search->next;
            size = size > WINDOW / 4 ? WINDOW : size * 4;
        }
    }
    return SQLITE_OK;
}

/* What several segments gave, in one order. */
static int sort_found(frequency_list *list, place_search *search) {
    if (!reserve_places(&search->found, list->count)) return SQLITE_NOMEM;
    search->found.count = list->count;
    for (size_t i = 0; i < list->count; i++) {
        search->found.values[i] = (uint64_t)list->documents[i] << 8 | list->frequencies[i];
    }
    int code = spend(search->watch, list->count);
    if (code == SQLITE_OK && !sort_places(&search->found, &search->scratch)) code = SQLITE_NOMEM;
    if (code != SQLITE_OK) return code;
    for (size_t i = 0; i < list->count; i++) {
        list->documents[i] = (uint32_t)(search->found.values[i] >> 8);
        list->frequencies[i] = (uint8_t)search->found.values[i];
        /* A document lives in one segment. */
        if (i > 0 && list->documents[i] == list->documents[i - 1]) return SQLITE_CORRUPT;
    }
    return SQLITE_OK;
}

int find_places(
    const docket_reading *reading, const docket_segment *segments, size_t segment_count,
    const term_slot *slots, size_t slot_count, uint32_t columns, work_watch *watch,
    frequency_list *found) {
    place_search search = {.reading = reading, .watch = watch, .columns = columns};
    word_lists *words = calloc(slot_count, sizeof *words);
    uint32_t *order = calloc(slot_count, sizeof *order);
    search.kept = malloc(WINDOW / 8);
    int code = words && order && search.kept ? SQLITE_OK : SQLITE_NOMEM;
    for (size_t i = 0; code == SQLITE_OK && i < segment_count; i++) {
        search.segment = segments[i].id;
        byte_buffer bits = search.dead.bits;
        search.dead = dead_set_of(segments[i].id, segments[i].dead > 0);
        search.dead.bits = bits;
        code = search_segment(&search, slots, slot_count, words, order, found);
    }
    if (code == SQLITE_OK && segment_count > 1 && found->count > 1) {
        code = sort_found(found, &search);
    }
    for (size_t i = 0; words && i < slot_count; i++) word_lists_free(&words[i]);
    free(words);
    free(order);
    free(search.kept);
    free(search.found.values);
    free(search.starts.values);
    free(search.scratch.values);
    buffer_free(&search.block);
    buffer_free(&search.dead.bits);
    return code;
}
