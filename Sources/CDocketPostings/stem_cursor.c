#include "stem_cursor.h"

#include <stdlib.h>

#include "term_page.h"

/* No block is read. */
static const uint32_t NO_BLOCK = UINT32_MAX;

static int read_short(stem_cursor *cursor, list_head *head) {
    uint32_t count = (uint32_t)head->documents;
    cursor->documents = malloc(count * sizeof *cursor->documents);
    if (!cursor->documents || !buffer_reserve(&cursor->bytes, count)) return SQLITE_NOMEM;
    uint32_t last = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t frequency;
        if (!take_document(&head->rest, &last) || !take_varint(&head->rest, &frequency)) {
            return SQLITE_CORRUPT;
        }
        if (frequency == 0 || frequency > UINT8_MAX) return SQLITE_CORRUPT;
        cursor->documents[i] = last;
        cursor->bytes.bytes[i] = (uint8_t)frequency;
    }
    if (head->rest.next != head->rest.end) return SQLITE_CORRUPT;
    cursor->frequencies = cursor->bytes.bytes;
    cursor->count = count;
    return SQLITE_OK;
}

/* Blocks ascend, and have as many documents as the list. */
static int check_directory(const stem_cursor *cursor, uint64_t documents) {
    uint64_t sum = 0;
    uint32_t last = 0;
    for (uint32_t block = 0; block < cursor->blocks; block++) {
        const uint8_t *entry = cursor->directory + (size_t)block * DIRECTORY_BYTES;
        uint32_t count = load16(entry + 4);
        if (load32(entry) <= last || count == 0 || count > BLOCK_DOCUMENTS) return SQLITE_CORRUPT;
        last = load32(entry);
        sum += count;
    }
    return sum == documents ? SQLITE_OK : SQLITE_CORRUPT;
}

int stem_cursor_open(
    stem_cursor *cursor, const docket_reading *reading, uint32_t segment, const uint8_t *key,
    size_t length, uint64_t *documents) {
    *cursor = (stem_cursor){.segment = segment, .block = NO_BLOCK};
    *documents = 0;
    int code = read_term(reading, segment, key, length, &cursor->row);
    if (code != SQLITE_OK || cursor->row.used == 0) return code;
    list_head head;
    code = read_head(cursor->row.bytes, cursor->row.used, &head);
    if (code != SQLITE_OK) return code;
    *documents = head.documents;
    if (!head.is_long) return read_short(cursor, &head);
    cursor->blocks = head.blocks;
    cursor->first_block = head.first_block;
    cursor->directory = head.rest.next;
    cursor->documents = malloc(BLOCK_DOCUMENTS * sizeof *cursor->documents);
    if (!cursor->documents) return SQLITE_NOMEM;
    return check_directory(cursor, head.documents);
}

void stem_cursor_close(stem_cursor *cursor) {
    buffer_free(&cursor->row);
    buffer_free(&cursor->bytes);
    free(cursor->documents);
    *cursor = (stem_cursor){0};
}

void stem_cursor_rewind(stem_cursor *cursor) {
    cursor->at = 0;
    if (cursor->blocks == 0) return;
    cursor->block = NO_BLOCK;
    cursor->count = 0;
}

/* The first block from `block` on whose last document is not before `target`. */
static uint32_t find_block(const stem_cursor *cursor, uint32_t block, uint32_t target) {
    uint32_t step = 1, low = block, high = block;
    while (high < cursor->blocks && last_of_block(cursor->directory, high) < target) {
        low = high + 1;
        high = cursor->blocks - high > step ? high + step : cursor->blocks;
        step *= 2;
    }
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (last_of_block(cursor->directory, middle) < target) low = middle + 1; else high = middle;
    }
    return low;
}

static int read_block(
    stem_cursor *cursor, const docket_reading *reading, work_watch *watch, uint32_t block) {
    int code = spend(watch, UNITS_OF_ROW);
    if (code != SQLITE_OK) return code;
    cursor->block = block;
    cursor->at = 0;
    cursor->count = 0;
    if (block == cursor->blocks) return SQLITE_OK;
    const uint8_t *entry = cursor->directory + (size_t)block * DIRECTORY_BYTES;
    sqlite3_int64 id = block_id(cursor->segment, cursor->first_block + block);
    code = read_by_id(reading->block, id, &cursor->bytes);
    if (code != SQLITE_OK) return code;
    uint32_t base = block == 0 ? 0 : last_of_block(cursor->directory, block - 1);
    uint32_t count = load16(entry + 4);
    code = read_stem_block(
        cursor->bytes.bytes, cursor->bytes.used, count, base, load32(entry), cursor->documents,
        &cursor->frequencies);
    if (code == SQLITE_OK) cursor->count = count;
    return code;
}

int stem_cursor_seek(
    stem_cursor *cursor, const docket_reading *reading, work_watch *watch, uint32_t target) {
    if (cursor->blocks > 0) {
        if (cursor->block == cursor->blocks) return SQLITE_OK;
        bool is_read = cursor->block != NO_BLOCK;
        if (!is_read || last_of_block(cursor->directory, cursor->block) < target) {
            uint32_t block = find_block(cursor, is_read ? cursor->block + 1 : 0, target);
            int code = read_block(cursor, reading, watch, block);
            if (code != SQLITE_OK || block == cursor->blocks) return code;
        }
    }
    /* Galloping: most steps are short. */
    uint32_t at = cursor->at, step = 1, low = at;
    while (at < cursor->count && cursor->documents[at] < target) {
        low = at + 1;
        at = cursor->count - at > step ? at + step : cursor->count;
        step *= 2;
    }
    while (low < at) {
        uint32_t middle = low + (at - low) / 2;
        if (cursor->documents[middle] < target) low = middle + 1; else at = middle;
    }
    cursor->at = low;
    return SQLITE_OK;
}
