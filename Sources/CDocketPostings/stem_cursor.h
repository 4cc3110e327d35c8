#pragma once

#include "codec.h"

/* Goes through list S of one term in one segment, forwards. */
typedef struct {
    uint32_t segment;
    /* Blocks of the list; 0 for the short form, which is read at once. */
    uint32_t blocks;
    uint32_t first_block;
    /* The block that is read. */
    uint32_t block;
    /* The row of the list with the directory of its blocks. */
    byte_buffer row;
    const uint8_t *directory;
    /* What is read: documents, and where their frequencies are. */
    uint32_t *documents;
    const uint8_t *frequencies;
    uint32_t count;
    uint32_t at;
    byte_buffer bytes;
} stem_cursor;

/* Opens the list; `*documents` is 0 where the segment has none. */
int stem_cursor_open(
    stem_cursor *cursor, const docket_reading *reading, uint32_t segment, const uint8_t *key,
    size_t length, uint64_t *documents);
void stem_cursor_close(stem_cursor *cursor);

/* Goes to the first document that is not before `target`; at the end `at` is `count`. */
int stem_cursor_seek(
    stem_cursor *cursor, const docket_reading *reading, work_watch *watch, uint32_t target);

/* Back to the beginning, before the first `seek`. */
void stem_cursor_rewind(stem_cursor *cursor);

static inline bool stem_cursor_has_ended(const stem_cursor *cursor) {
    return cursor->at >= cursor->count;
}

/* What the directory says of a block of a long list. */
static inline uint32_t last_of_block(const uint8_t *directory, uint32_t block) {
    return load32(directory + (size_t)block * DIRECTORY_BYTES);
}
