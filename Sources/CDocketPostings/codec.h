#pragma once

#include <sqlite3.h>
#include <string.h>

#include "docket_postings.h"

/* How lists are written down. All numbers of several bytes are little-endian. List P is written as
 * list S.
 *
 * What a term has, its row: form, documents as a varint, then
 *   short form   the list itself
 *   long form    place of the first block as a varint, count of blocks as a varint, and for each
 *                block DIRECTORY_BYTES: its last document (4), its documents (2), and of list S
 *                the least length (2; 0 where it is not known) and the greatest frequency (1)
 * A frequency is a byte: of words of the title, up to 3, in the two upper bits, of others up to 63.
 * A row of `blocks` has the id segment << 32 | place.
 *
 * List S, short: for each document a varint of the difference to the one before, and one of the
 * frequency; in a block: the differences by StreamVByte, then a byte for each frequency.
 *
 * Lists W and X, short and in blocks: for each document a varint of the difference, one of the
 * count of codes, and the codes as varints. A code is twice the difference to the place before in
 * the same column, or twice a column and 1 where another column begins; the first is the body. */

enum {
    STEM_LIST = 'S',
    WORD_LIST = 'W',
    INFLECTED_LIST = 'X',
    WHOLE_LIST = 'P',
    REVERSED_LIST = 'R',

    SHORT_FORM = 1,
    LONG_FORM = 2,
    DIRECTORY_BYTES = 9,

    /* Documents of a block of list S, where differences take one byte and where they take two:
     * what is written fits a page of SQLite. */
    BLOCK_DOCUMENTS = 1700,
    SPARSE_BLOCK_DOCUMENTS = 1150,
    /* The mean difference from which on many take two. */
    SPARSE_DIFFERENCE = 100,
    /* A list of more documents is in blocks: many terms share a page. */
    SHORT_DOCUMENTS = 96,
    /* Bytes after which a list of places is in blocks, and after which a block, or a page of terms,
     * ends: what is written fits a page of SQLite. */
    SHORT_BYTES = 700,
    BLOCK_BYTES = 3900,

    TITLE_COLUMN = 0,
    BODY_COLUMN = 1,
    /* What a word of the title counts, in frequencies and in lengths. */
    TITLE_WEIGHT = 4,
    TITLE_SHIFT = 6,
    TITLE_FREQUENCY_MAXIMUM = 3,
    OTHERS_FREQUENCY_MAXIMUM = 63,

    /* A shorter stem is not taken for a compound. */
    COMPOUND_BYTES = 7,

    VARINT_BYTES = 10,
    KEY_BYTES = 1 + 64,
};

/* Whether a list has documents and frequencies, or else documents and places. */
static inline bool has_frequencies(uint8_t kind) {
    return kind == STEM_LIST || kind == WHOLE_LIST || kind == REVERSED_LIST;
}

/* ---- Bytes that grow ---- */

typedef struct {
    uint8_t *bytes;
    size_t used;
    size_t capacity;
} byte_buffer;

/* Room for so many more; false when there is no memory. */
bool buffer_reserve(byte_buffer *buffer, size_t more);
void buffer_free(byte_buffer *buffer);

/* Room was reserved. */
static inline void put_varint(byte_buffer *buffer, uint64_t value) {
    while (value >= 0x80) {
        buffer->bytes[buffer->used++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    buffer->bytes[buffer->used++] = (uint8_t)value;
}

/* ---- Bytes that are read, of which none is trusted ---- */

typedef struct {
    const uint8_t *next;
    const uint8_t *end;
} byte_reader;

/* False beyond the end, or for more than 64 bits. */
static inline bool take_varint(byte_reader *reader, uint64_t *value) {
    uint64_t sum = 0;
    for (int shift = 0; shift < 64 && reader->next < reader->end; shift += 7) {
        uint8_t byte = *reader->next++;
        sum |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            *value = sum;
            return true;
        }
    }
    return false;
}

/* The document after `last` at this difference; false where there is none of 32 bits. */
static inline bool take_document(byte_reader *reader, uint32_t *last) {
    uint64_t difference;
    if (!take_varint(reader, &difference)) return false;
    if (difference == 0 || difference > UINT32_MAX - (uint64_t)*last) return false;
    *last += (uint32_t)difference;
    return true;
}

static inline uint16_t load16(const uint8_t *bytes) {
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static inline uint32_t load32(const uint8_t *bytes) {
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

static inline void store16(uint8_t *bytes, uint32_t value) {
    bytes[0] = (uint8_t)value;
    bytes[1] = (uint8_t)(value >> 8);
}

static inline void store32(uint8_t *bytes, uint32_t value) {
    store16(bytes, value);
    store16(bytes + 2, value >> 16);
}

/* The frequency of a word with so many more of it, in the title or elsewhere. */
static inline uint8_t raise_frequency(uint8_t frequency, bool is_title, uint32_t more) {
    uint32_t title = frequency >> TITLE_SHIFT, others = frequency & OTHERS_FREQUENCY_MAXIMUM;
    uint32_t *raised = is_title ? &title : &others;
    uint32_t maximum = is_title ? TITLE_FREQUENCY_MAXIMUM : OTHERS_FREQUENCY_MAXIMUM;
    *raised = more > maximum - *raised ? maximum : *raised + more;
    return (uint8_t)(title << TITLE_SHIFT | others);
}

static inline uint32_t weigh_frequency(uint8_t frequency) {
    return TITLE_WEIGHT * (uint32_t)(frequency >> TITLE_SHIFT) +
           (frequency & OTHERS_FREQUENCY_MAXIMUM);
}

static inline bool is_in_title(uint8_t frequency) { return frequency >> TITLE_SHIFT != 0; }

/* The head of a term's row. */
typedef struct {
    bool is_long;
    uint64_t documents;
    /* Of the long form. */
    uint32_t first_block;
    uint32_t blocks;
    /* The list, or the directory of its blocks. */
    byte_reader rest;
} list_head;

/* SQLITE_CORRUPT for what is none. */
int read_head(const uint8_t *bytes, size_t length, list_head *head);

static inline sqlite3_int64 block_id(uint32_t segment, uint32_t place) {
    return (sqlite3_int64)((uint64_t)segment << 32 | place);
}

/* Bytes that StreamVByte took for `count` differences; 0 when they go beyond `length`. */
size_t differences_length(const uint8_t *bytes, size_t length, uint32_t count);

/* Reads a block of list S after the document `base` into `documents`; `*frequencies` points into
 * it. SQLITE_CORRUPT for what is none. */
int read_stem_block(
    const uint8_t *bytes, size_t length, uint32_t count, uint32_t base, uint32_t last,
    uint32_t *documents, const uint8_t **frequencies);

/* Places of one document, each column << PLACE_BITS | place. */
enum { PLACE_BITS = 28 };

/* Goes through codes and calls for each place; false for what is none. */
static inline bool next_place(
    byte_reader *reader, uint64_t *codes, uint32_t *column, uint32_t *place) {
    while (*codes > 0) {
        uint64_t code;
        if (!take_varint(reader, &code)) return false;
        --*codes;
        if (code & 1) {
            if (code >> 1 >= DOCKET_COLUMNS) return false;
            *column = (uint32_t)(code >> 1);
            *place = 0;
            continue;
        }
        if (code >> 1 > (1u << PLACE_BITS) - 1 - (uint64_t)*place) return false;
        *place += (uint32_t)(code >> 1);
        return true;
    }
    *place = 0;
    return true;
}

/* ---- Statements ---- */

/* The row that a statement finds, copied; `length` is 0 where there is none. Resets it. */
int read_row(sqlite3_stmt *statement, byte_buffer *copy);

/* Runs a statement that gives no rows, and resets it. */
int run(sqlite3_stmt *statement);

int read_by_id(sqlite3_stmt *statement, sqlite3_int64 id, byte_buffer *copy);
int write_by_id(sqlite3_stmt *statement, sqlite3_int64 id, const uint8_t *bytes, size_t length);
int write_page(
    sqlite3_stmt *statement, uint32_t segment, const uint8_t *first, size_t length,
    uint32_t place);

/* ---- Work that is watched ---- */

typedef struct {
    docket_watch watch;
    int left;
} work_watch;

/* A unit takes some 10 ns. */
enum { UNITS_BETWEEN_LOOKS = 4096, UNITS_OF_WORD = 64, UNITS_OF_ROW = 256, UNITS_OF_LOOK = 8 };

/* SQLITE_INTERRUPT once the work is no longer wanted. */
static inline int spend(work_watch *watch, size_t units) {
    if (units < (size_t)watch->left) {
        watch->left -= (int)units;
        return SQLITE_OK;
    }
    watch->left = UNITS_BETWEEN_LOOKS;
    int (*is_stopped)(void *) = watch->watch.is_stopped;
    return is_stopped && is_stopped(watch->watch.context) ? SQLITE_INTERRUPT : SQLITE_OK;
}
