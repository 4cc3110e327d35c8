#include "merge_input.h"

#include <stdlib.h>

/* ---- The dead ---- */

int read_dead(sqlite3_stmt *chunks, uint32_t segment, dead_chunks *dead) {
    sqlite3_bind_int64(chunks, 1, block_id(segment, 0));
    sqlite3_bind_int64(chunks, 2, block_id(segment + 1, 0));
    int code;
    while ((code = sqlite3_step(chunks)) == SQLITE_ROW) {
        if (sqlite3_column_bytes(chunks, 1) != DEAD_BYTES) {
            code = SQLITE_CORRUPT;
            break;
        }
        if (dead->count == dead->capacity) {
            size_t capacity = dead->capacity ? dead->capacity * 2 : 16;
            dead_chunk *grown = realloc(dead->chunks, capacity * sizeof *grown);
            if (!grown) {
                code = SQLITE_NOMEM;
                break;
            }
            dead->chunks = grown;
            dead->capacity = capacity;
        }
        dead_chunk *chunk = &dead->chunks[dead->count++];
        chunk->chunk = (uint32_t)sqlite3_column_int64(chunks, 0);
        memcpy(chunk->bits, sqlite3_column_blob(chunks, 1), DEAD_BYTES);
    }
    sqlite3_reset(chunks);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

bool was_dead(const dead_chunks *dead, uint32_t document) {
    uint32_t chunk = document / DOCKET_CHUNK, place = document % DOCKET_CHUNK;
    size_t low = 0, high = dead->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (dead->chunks[middle].chunk < chunk) low = middle + 1; else high = middle;
    }
    return low < dead->count && dead->chunks[low].chunk == chunk &&
           (dead->chunks[low].bits[place / 8] >> place % 8 & 1);
}

/* ---- Terms ---- */

int next_term(merge_input *input, const docket_reading *reading) {
    static const uint8_t least = 0;
    int code = SQLITE_OK;
    if (input->is_begun) {
        code = term_page_step(&input->page);
    } else {
        input->page.first[0] = least;
        input->page.first_length = 1;
    }
    while (code == SQLITE_OK && input->page.key_length == 0 && input->page.first_length > 0) {
        code = term_page_follow(&input->page, reading, input->segment);
        if (code == SQLITE_OK && input->page.first_length > 0) code = term_page_step(&input->page);
    }
    input->is_begun = true;
    input->has_term = code == SQLITE_OK && input->page.key_length > 0;
    return code;
}

int open_list(merge_input *input) {
    int code = read_head(input->page.row, input->page.row_length, &input->head);
    input->next_block = 0;
    input->base = 0;
    input->left = input->head.is_long ? 0 : input->head.documents;
    input->reader = input->head.rest;
    return code;
}

const uint8_t *directory_entry(const merge_input *input, uint32_t block) {
    return input->head.rest.next + (size_t)block * DIRECTORY_BYTES;
}

int next_block(merge_input *input, const docket_reading *reading) {
    const uint8_t *entry = directory_entry(input, input->next_block);
    if (input->next_block > 0) input->base = load32(entry - DIRECTORY_BYTES);
    sqlite3_int64 id = block_id(input->segment, input->head.first_block + input->next_block);
    input->next_block++;
    input->left = load16(entry + 4);
    int code = read_by_id(reading->block, id, &input->block);
    input->reader = (byte_reader){input->block.bytes, input->block.bytes + input->block.used};
    return code;
}

/* ---- Places ---- */

int next_document(merge_input *input, const docket_reading *reading, work_watch *watch) {
    input->has_document = false;
    while (input->left == 0) {
        if (!input->head.is_long || input->next_block == input->head.blocks) return SQLITE_OK;
        int code = next_block(input, reading);
        if (code != SQLITE_OK) return code;
    }
    input->left--;
    if (!take_document(&input->reader, &input->base)) return SQLITE_CORRUPT;
    input->document = input->base;
    input->codes = input->reader.next;
    uint64_t codes, ignored;
    if (!take_varint(&input->reader, &codes)) return SQLITE_CORRUPT;
    for (uint64_t i = 0; i < codes; i++) {
        if (!take_varint(&input->reader, &ignored)) return SQLITE_CORRUPT;
        int code = spend(watch, 1);
        if (code != SQLITE_OK) return code;
    }
    input->codes_length = (size_t)(input->reader.next - input->codes);
    input->has_document = true;
    return SQLITE_OK;
}
