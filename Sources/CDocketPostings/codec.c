#include "codec.h"

#include <stdlib.h>
#include <streamvbytedelta.h>

bool buffer_reserve(byte_buffer *buffer, size_t more) {
    if (buffer->capacity - buffer->used >= more) return true;
    size_t capacity = buffer->capacity ? buffer->capacity : 256;
    while (capacity - buffer->used < more) {
        if (capacity > SIZE_MAX / 2) return false;
        capacity *= 2;
    }
    uint8_t *bytes = realloc(buffer->bytes, capacity);
    if (!bytes) return false;
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    return true;
}

void buffer_free(byte_buffer *buffer) {
    free(buffer->bytes);
    *buffer = (byte_buffer){0};
}

int read_head(const uint8_t *bytes, size_t length, list_head *head) {
    byte_reader reader = {bytes, bytes + length};
    if (length < 2) return SQLITE_CORRUPT;
    uint8_t form = *reader.next++;
    *head = (list_head){.is_long = form == LONG_FORM};
    if (form != SHORT_FORM && form != LONG_FORM) return SQLITE_CORRUPT;
    if (!take_varint(&reader, &head->documents)) return SQLITE_CORRUPT;
    if (head->documents == 0 || head->documents > UINT32_MAX) return SQLITE_CORRUPT;
    if (head->is_long) {
        uint64_t first, blocks;
        if (!take_varint(&reader, &first) || !take_varint(&reader, &blocks)) return SQLITE_CORRUPT;
        if (first > UINT32_MAX || blocks == 0 || blocks > UINT32_MAX - first) return SQLITE_CORRUPT;
        if ((uint64_t)(reader.end - reader.next) != blocks * DIRECTORY_BYTES) return SQLITE_CORRUPT;
        head->first_block = (uint32_t)first;
        head->blocks = (uint32_t)blocks;
    } else if (head->documents > (uint64_t)(reader.end - reader.next)) {
        return SQLITE_CORRUPT;
    }
    head->rest = reader;
    return SQLITE_OK;
}

size_t differences_length(const uint8_t *bytes, size_t length, uint32_t count) {
    size_t controls = ((size_t)count + 3) / 4;
    if (controls > length) return 0;
    size_t sum = controls;
    for (size_t i = 0; i < count / 4; i++) {
        unsigned control = bytes[i];
        sum += 4 + (control & 3) + (control >> 2 & 3) + (control >> 4 & 3) + (control >> 6);
    }
    for (uint32_t i = 0; i < count % 4; i++) sum += 1 + (bytes[count / 4] >> 2 * i & 3);
    return sum <= length ? sum : 0;
}

int read_stem_block(
    const uint8_t *bytes, size_t length, uint32_t count, uint32_t base, uint32_t last,
    uint32_t *documents, const uint8_t **frequencies) {
    size_t taken = differences_length(bytes, length, count);
    /* The decoder may load up to 16 bytes beyond the differences: the frequencies are there. */
    if (count < 16 || taken == 0 || length - taken != count) return SQLITE_CORRUPT;
    streamvbyte_delta_decode(bytes, documents, count, base);
    bool ascends = documents[0] > base && documents[count - 1] == last;
    for (uint32_t i = 1; i < count; i++) ascends &= documents[i] > documents[i - 1];
    *frequencies = bytes + taken;
    return ascends ? SQLITE_OK : SQLITE_CORRUPT;
}

int run(sqlite3_stmt *statement) {
    int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

int read_row(sqlite3_stmt *statement, byte_buffer *copy) {
    copy->used = 0;
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        const void *bytes = sqlite3_column_blob(statement, 0);
        size_t length = (size_t)sqlite3_column_bytes(statement, 0);
        code = SQLITE_DONE;
        if (!bytes || length == 0) {
            code = SQLITE_CORRUPT;
        } else if (buffer_reserve(copy, length)) {
            memcpy(copy->bytes, bytes, length);
            copy->used = length;
        } else {
            code = SQLITE_NOMEM;
        }
    }
    sqlite3_reset(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

int read_by_id(sqlite3_stmt *statement, sqlite3_int64 id, byte_buffer *copy) {
    sqlite3_bind_int64(statement, 1, id);
    return read_row(statement, copy);
}

int write_by_id(sqlite3_stmt *statement, sqlite3_int64 id, const uint8_t *bytes, size_t length) {
    if (length > INT32_MAX) return SQLITE_TOOBIG;
    sqlite3_bind_int64(statement, 1, id);
    int code = sqlite3_bind_blob(statement, 2, bytes, (int)length, SQLITE_STATIC);
    if (code == SQLITE_OK) code = run(statement);
    sqlite3_bind_null(statement, 2);
    return code;
}

int write_page(
    sqlite3_stmt *statement, uint32_t segment, const uint8_t *first, size_t length,
    uint32_t place) {
    sqlite3_bind_int64(statement, 1, segment);
    int code = sqlite3_bind_blob(statement, 2, first, (int)length, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 3, place);
    if (code == SQLITE_OK) code = run(statement);
    sqlite3_bind_null(statement, 2);
    return code;
}
