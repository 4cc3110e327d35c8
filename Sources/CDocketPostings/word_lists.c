#include "word_lists.h"

#include <stdlib.h>

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
    int code = read_term(reading->term, segment, key, slot->length + 1, &lists->row);
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
    sqlite3_stmt *statement = reading->terms;
    sqlite3_bind_int64(statement, 1, segment);
    int code = sqlite3_bind_blob(statement, 2, from, (int)slot->length + 1, SQLITE_STATIC);
    if (code == SQLITE_OK) {
        code = sqlite3_bind_blob(statement, 3, to, (int)slot->length + 1, SQLITE_STATIC);
    }
    while (code == SQLITE_OK) {
        code = sqlite3_step(statement);
        if (code != SQLITE_ROW) break;
        const uint8_t *bytes = sqlite3_column_blob(statement, 1);
        code = bytes ? SQLITE_OK : SQLITE_CORRUPT;
        if (code == SQLITE_OK) code = spend(watch, UNITS_OF_ROW);
        if (code == SQLITE_OK) {
            code = add_row(lists, bytes, (size_t)sqlite3_column_bytes(statement, 1));
        }
    }
    sqlite3_reset(statement);
    sqlite3_bind_null(statement, 2);
    sqlite3_bind_null(statement, 3);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

int word_lists_read(
    word_lists *lists, const docket_reading *reading, uint32_t segment, const term_slot *slot,
    work_watch *watch) {
    lists->bytes.used = 0;
    lists->count = 0;
    lists->documents = 0;
    if (slot->kind == DOCKET_PREFIX) return add_prefix(lists, reading, segment, slot, watch);
    int code = add_list(lists, reading, segment, WORD_LIST, slot);
    if (code == SQLITE_OK && slot->kind == DOCKET_INFLECTED) {
        code = add_list(lists, reading, segment, INFLECTED_LIST, slot);
    }
    return code;
}

void word_lists_free(word_lists *lists) {
    buffer_free(&lists->bytes);
    buffer_free(&lists->row);
    free(lists->ends);
}
