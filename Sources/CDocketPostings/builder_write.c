#include <stdlib.h>

#include "builder.h"

/* A list with the beginning of its key, which decides most comparisons. */
typedef struct {
    uint64_t beginning;
    const built_list *list;
} sorted_list;

static sorted_list sorted(const built_list *list) {
    uint8_t bytes[8] = {0};
    uint64_t beginning;
    memcpy(bytes, list->key, list->key_length < 8 ? list->key_length : 8);
    memcpy(&beginning, bytes, sizeof beginning);
    return (sorted_list){__builtin_bswap64(beginning), list};
}

static int compare(const void *one, const void *other) {
    const sorted_list *left_key = one, *right_key = other;
    if (left_key->beginning != right_key->beginning) {
        return left_key->beginning < right_key->beginning ? -1 : 1;
    }
    const built_list *left = left_key->list, *right = right_key->list;
    uint32_t length = left->key_length < right->key_length ? left->key_length : right->key_length;
    int order = memcmp(left->key, right->key, length);
    if (order != 0) return order;
    return left->key_length < right->key_length ? -1 : left->key_length > right->key_length;
}

static int write_stems(
    const docket_builder *builder, list_writer *writer, const built_list *list,
    stem_posting *postings) {
    for (uint32_t i = 0; i < list->documents; i++) {
        uint32_t place = list->values[2 * i];
        postings[i] = (stem_posting){
            builder->documents[place], builder->lengths[place], (uint8_t)list->values[2 * i + 1]};
    }
    return write_stem_list(writer, list->key, list->key_length, postings, list->documents);
}

static int write_places(
    const docket_builder *builder, list_writer *writer, const built_list *list,
    byte_buffer *codes) {
    begin_places(writer);
    for (uint32_t i = 0; i < list->used;) {
        uint32_t document = builder->documents[list->values[i]], count = list->values[i + 1];
        codes->used = 0;
        if (!buffer_reserve(codes, ((size_t)count + 1) * VARINT_BYTES)) return SQLITE_NOMEM;
        for (uint32_t j = 1; j < count + 2; j++) put_varint(codes, list->values[i + j]);
        int code = add_places(writer, document, codes->bytes, codes->used);
        if (code != SQLITE_OK) return code;
        i += count + 2;
    }
    return end_places(writer, list->key, list->key_length);
}

static int write_lists(docket_builder *builder, list_writer *writer) {
    sorted_list *lists = malloc((size_t)builder->list_count * sizeof *lists);
    stem_posting *postings = malloc(builder->document_count * sizeof *postings);
    byte_buffer codes = {0};
    int code = lists && postings ? SQLITE_OK : SQLITE_NOMEM;
    uint32_t count = 0;
    for (uint32_t i = 0; code == SQLITE_OK && i < builder->slot_count; i++) {
        if (builder->slots[i]) lists[count++] = sorted(builder->slots[i]);
    }
    if (code == SQLITE_OK) qsort(lists, count, sizeof *lists, compare);
    for (uint32_t i = 0; code == SQLITE_OK && i < count; i++) {
        const built_list *list = lists[i].list;
        code = spend(&builder->watch, UNITS_OF_ROW + list->used);
        if (code != SQLITE_OK) break;
        code = has_frequencies(list->key[0]) ? write_stems(builder, writer, list, postings)
                                             : write_places(builder, writer, list, &codes);
    }
    free(lists);
    free(postings);
    buffer_free(&codes);
    return code;
}

/* Of a stale document another version is shown, whose length stays. */
static int write_lengths(
    const docket_builder *builder, const docket_reading *reading, const docket_writing *writing,
    const uint32_t *stale, size_t stale_count) {
    byte_buffer chunk = {0};
    int code = SQLITE_OK;
    size_t passed = 0;
    for (size_t i = 0; code == SQLITE_OK && i < builder->document_count;) {
        uint32_t place = builder->documents[i] / DOCKET_CHUNK;
        code = read_by_id(reading->chunk, place, &chunk);
        if (code != SQLITE_OK) break;
        if (chunk.used != 0 && chunk.used != 2 * DOCKET_CHUNK) code = SQLITE_CORRUPT;
        if (code == SQLITE_OK && !buffer_reserve(&chunk, 2 * DOCKET_CHUNK)) code = SQLITE_NOMEM;
        if (code != SQLITE_OK) break;
        if (chunk.used == 0) memset(chunk.bytes, 0, 2 * DOCKET_CHUNK);
        for (; i < builder->document_count && builder->documents[i] / DOCKET_CHUNK == place; i++) {
            uint32_t document = builder->documents[i];
            while (passed < stale_count && stale[passed] < document) passed++;
            if (passed < stale_count && stale[passed] == document) continue;
            store16(chunk.bytes + 2 * (document % DOCKET_CHUNK), builder->lengths[i]);
        }
        code = write_by_id(writing->chunk, place, chunk.bytes, 2 * DOCKET_CHUNK);
    }
    buffer_free(&chunk);
    return code;
}

int docket_builder_write(
    docket_builder *builder, const docket_reading *reading, const docket_writing *writing,
    uint32_t segment, const uint32_t *stale, size_t stale_count) {
    if (builder->document_count == 0) return SQLITE_OK;
    list_writer writer = {.writing = writing, .segment = segment};
    int code = builder->list_count > 0 ? write_lists(builder, &writer) : SQLITE_OK;
    if (code == SQLITE_OK) code = end_segment(&writer);
    list_writer_free(&writer);
    if (code == SQLITE_OK) code = write_lengths(builder, reading, writing, stale, stale_count);
    builder_clear(builder);
    return code;
}
