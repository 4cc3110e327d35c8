#include "word_lists.h"

#include <stdlib.h>

#include "term_page.h"

static int add_row(word_lists *lists, const uint8_t *bytes, size_t length) {
    if (lists->count == lists->capacity) {
        size_t capacity = lists->capacity ? lists->capacity * 2 : 4;
        size_t *ends = realloc(lists->ends, capacity * sizeof *ends);
        if (!ends) return SQLITE_NOMEM;
        lists->ends = ends;
        lists->capacity = capacity;
    }
    if (!buffer_reserve(&lists->bytes, length)) return SQLITE_NOMEM;
    memcpy(lists->bytes.bytes + lists->bytes.used, bytes, length);
    lists->bytes.used += length;
    lists->ends[lists->count++] = lists->bytes.used;
    list_head head;
    int code = read_head(bytes, length, &head);
    lists->documents += code == SQLITE_OK ? head.documents : 0;
    return code;
}

static int add_list(
    word_lists *lists, const docket_reading *reading, uint32_t segment, uint8_t kind,
    const term_slot *slot) {
    uint8_t key[KEY_BYTES];
    if (slot->length >= sizeof key) return SQLITE_OK;
    key[0] = kind;
    memcpy(key + 1, slot->text, slot->length);
    int code = read_term(reading, segment, key, slot->length + 1, &lists->row);
    if (code != SQLITE_OK || lists->row.used == 0) return code;
    return add_row(lists, lists->row.bytes, lists->row.used);
}

static int add_prefix(
    word_lists *lists, const docket_reading *reading, uint32_t segment, const term_slot *slot,
    work_watch *watch) {
    uint8_t from[KEY_BYTES], to[KEY_BYTES];
    if (slot->length >= sizeof from) return SQLITE_OK;
    from[0] = WORD_LIST;
    memcpy(from + 1, slot->text, slot->length);
    memcpy(to, from, slot->length + 1);
    /* No byte of UTF-8 is 0xFF. */
    if (to[slot->length] == 0xFF) return SQLITE_OK;
    to[slot->length]++;
    term_page page = {0};
    int code = term_page_find(&page, reading, segment, from, slot->length + 1);
    /* The first page may begin behind the prefix. */
    if (code == SQLITE_OK && page.first_length == 0) {
        memcpy(page.first, from, slot->length + 1);
        page.first_length = slot->length + 1;
        code = term_page_follow(&page, reading, segment);
    }
    while (code == SQLITE_OK && page.first_length > 0) {
        code = term_page_step(&page);
        if (code == SQLITE_OK && page.key_length == 0) {
            code = term_page_follow(&page, reading, segment);
            continue;
        }
        if (code != SQLITE_OK) break;
        if (compare_keys(page.key, page.key_length, to, slot->length + 1) >= 0) break;
        if (compare_keys(page.key, page.key_length, from, slot->length + 1) < 0) continue;
        code = spend(watch, UNITS_OF_ROW);
        if (code == SQLITE_OK) code = add_row(lists, page.row, page.row_length);
    }
    term_page_free(&page);
    return code;
}

/* The lists of words of a stem. */
static int add_stem(
    word_lists *lists, const docket_reading *reading, uint32_t segment, const term_slot *slot) {
    int code = add_list(lists, reading, segment, WORD_LIST, slot);
    if (code != SQLITE_OK) return code;
    return add_list(lists, reading, segment, INFLECTED_LIST, slot);
}

int word_lists_read(
    word_lists *lists, const docket_reading *reading, uint32_t segment, const term_slot *slot,
    work_watch *watch) {
    lists->bytes.used = 0;
    lists->count = 0;
    lists->documents = 0;
    if (slot->kind == DOCKET_PREFIX) return add_prefix(lists, reading, segment, slot, watch);
    if (slot->kind == DOCKET_INFLECTED) return add_stem(lists, reading, segment, slot);
    return add_list(lists, reading, segment, WORD_LIST, slot);
}

void word_lists_free(word_lists *lists) {
    buffer_free(&lists->bytes);
    buffer_free(&lists->row);
    free(lists->ends);
}
