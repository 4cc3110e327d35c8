#include "list_writer.h"

#include <stdlib.h>
#include <streamvbytedelta.h>

void list_writer_free(list_writer *writer) {
    buffer_free(&writer->block);
    buffer_free(&writer->directory);
    buffer_free(&writer->row);
    buffer_free(&writer->page);
}

static int put_block(list_writer *writer, uint32_t last, uint32_t count, unsigned length,
                     uint8_t frequency) {
    if (writer->next_block == UINT32_MAX) return SQLITE_FULL;
    if (!buffer_reserve(&writer->directory, DIRECTORY_BYTES)) return SQLITE_NOMEM;
    uint8_t *entry = writer->directory.bytes + writer->directory.used;
    writer->directory.used += DIRECTORY_BYTES;
    store32(entry, last);
    store16(entry + 4, count);
    store16(entry + 6, length);
    entry[8] = frequency;
    if (writer->blocks == 0) writer->first_block = writer->next_block;
    writer->blocks++;
    return write_by_id(
        writer->writing->block, block_id(writer->segment, writer->next_block++),
        writer->block.bytes, writer->block.used);
}

/* Begins a list and its row. */
static void begin_list(list_writer *writer) {
    writer->blocks = 0;
    writer->documents = 0;
    writer->block_documents = 0;
    writer->last = 0;
    writer->block.used = 0;
    writer->directory.used = 0;
    writer->row.used = 0;
}

int end_segment(list_writer *writer) {
    if (writer->page.used == 0) return SQLITE_OK;
    if (writer->next_block == UINT32_MAX) return SQLITE_FULL;
    uint32_t place = writer->next_block++;
    int code = write_by_id(
        writer->writing->block, block_id(writer->segment, place), writer->page.bytes,
        writer->page.used);
    writer->page.used = 0;
    writer->key_length = 0;
    if (code != SQLITE_OK) return code;
    return write_page(
        writer->writing->page, writer->segment, writer->first, writer->first_length, place);
}

/* Adds a term with its row to the page, see term_page.h. */
static int put_term(list_writer *writer, const uint8_t *key, size_t length) {
    byte_buffer *page = &writer->page;
    const byte_buffer *row = &writer->row;
    size_t most = length + row->used + 3 * VARINT_BYTES;
    if (page->used > 0 && page->used + most > BLOCK_BYTES) {
        int code = end_segment(writer);
        if (code != SQLITE_OK) return code;
    }
    if (!buffer_reserve(page, most)) return SQLITE_NOMEM;
    if (page->used == 0) {
        memcpy(writer->first, key, length);
        writer->first_length = length;
    }
    size_t shared = 0;
    while (shared < length && shared < writer->key_length && key[shared] == writer->key[shared]) {
        shared++;
    }
    put_varint(page, shared);
    put_varint(page, length - shared);
    memcpy(page->bytes + page->used, key + shared, length - shared);
    page->used += length - shared;
    put_varint(page, row->used);
    memcpy(page->bytes + page->used, row->bytes, row->used);
    page->used += row->used;
    memcpy(writer->key, key, length);
    writer->key_length = length;
    return SQLITE_OK;
}

/* Writes the row of a list whose blocks are written, or that is short and in `block`. */
static int put_row(list_writer *writer, const uint8_t *key, size_t key_length) {
    const byte_buffer *rest = writer->blocks > 0 ? &writer->directory : &writer->block;
    byte_buffer *row = &writer->row;
    if (!buffer_reserve(row, 1 + 3 * VARINT_BYTES + rest->used)) return SQLITE_NOMEM;
    row->bytes[row->used++] = writer->blocks > 0 ? LONG_FORM : SHORT_FORM;
    put_varint(row, writer->documents);
    if (writer->blocks > 0) {
        put_varint(row, writer->first_block);
        put_varint(row, writer->blocks);
    }
    memcpy(row->bytes + row->used, rest->bytes, rest->used);
    row->used += rest->used;
    return put_term(writer, key, key_length);
}

static int put_stem_block(list_writer *writer, const stem_posting *postings, uint32_t count) {
    uint32_t documents[BLOCK_DOCUMENTS];
    unsigned length = DOCKET_LENGTH_MAXIMUM;
    uint8_t frequency = 0;
    byte_buffer *block = &writer->block;
    block->used = 0;
    if (!buffer_reserve(block, (size_t)count * 6 + 16)) return SQLITE_NOMEM;
    for (uint32_t i = 0; i < count; i++) {
        documents[i] = postings[i].document;
        if (postings[i].length < length) length = postings[i].length;
        if (weigh_frequency(postings[i].frequency) > weigh_frequency(frequency)) {
            frequency = postings[i].frequency;
        }
    }
    block->used = streamvbyte_delta_encode(documents, count, block->bytes, writer->last);
    for (uint32_t i = 0; i < count; i++) block->bytes[block->used++] = postings[i].frequency;
    writer->last = documents[count - 1];
    return put_block(writer, writer->last, count, length, frequency);
}

int write_stem_list(
    list_writer *writer, const uint8_t *key, size_t key_length, const stem_posting *postings,
    size_t count) {
    begin_list(writer);
    writer->documents = (uint32_t)count;
    if (count > SHORT_DOCUMENTS) {
        size_t range = postings[count - 1].document - postings[0].document;
        size_t most =
            range / count < SPARSE_DIFFERENCE ? BLOCK_DOCUMENTS : SPARSE_BLOCK_DOCUMENTS;
        size_t blocks = (count + most - 1) / most;
        for (size_t i = 0; i < blocks; i++) {
            size_t start = count * i / blocks, end = count * (i + 1) / blocks;
            int code = put_stem_block(writer, postings + start, (uint32_t)(end - start));
            if (code != SQLITE_OK) return code;
        }
    } else {
        if (!buffer_reserve(&writer->block, count * 2 * VARINT_BYTES)) return SQLITE_NOMEM;
        for (size_t i = 0; i < count; i++) {
            put_varint(&writer->block, postings[i].document - writer->last);
            put_varint(&writer->block, postings[i].frequency);
            writer->last = postings[i].document;
        }
    }
    return put_row(writer, key, key_length);
}

void begin_places(list_writer *writer) { begin_list(writer); }

static int end_block(list_writer *writer) {
    int code = put_block(writer, writer->last, writer->block_documents, 0, 0);
    writer->block.used = 0;
    writer->block_documents = 0;
    return code;
}

int add_places(list_writer *writer, uint32_t document, const uint8_t *codes, size_t length) {
    if (writer->block_documents > 0 && writer->block.used + length > BLOCK_BYTES) {
        int code = end_block(writer);
        if (code != SQLITE_OK) return code;
    }
    if (!buffer_reserve(&writer->block, VARINT_BYTES + length)) return SQLITE_NOMEM;
    put_varint(&writer->block, document - writer->last);
    memcpy(writer->block.bytes + writer->block.used, codes, length);
    writer->block.used += length;
    writer->last = document;
    writer->documents++;
    writer->block_documents++;
    return SQLITE_OK;
}

int end_places(list_writer *writer, const uint8_t *key, size_t key_length) {
    if (writer->documents == 0) return SQLITE_OK;
    if (writer->blocks > 0 || writer->block.used > SHORT_BYTES) {
        int code = end_block(writer);
        if (code != SQLITE_OK) return code;
    }
    return put_row(writer, key, key_length);
}
