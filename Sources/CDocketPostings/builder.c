#include <stdlib.h>

#include "list_writer.h"
#include "whole.h"

/* One list in the making. Of lists S and P the values are documents and frequencies in turns; of
 * the others, for each document: itself, the count of its codes, the codes. Documents stand by
 * their places among all of the segment. */
typedef struct built_list {
    uint32_t *values;
    uint32_t used;
    uint32_t capacity;
    uint32_t documents;
    /* Where the frequency, or the count of codes, of the last document stands. */
    uint32_t last;
    uint32_t column;
    uint32_t place;
    /* Of a word: the lists of its stem. */
    struct built_list *stem;
    struct built_list *inflected;
    uint32_t hash;
    uint32_t key_length;
    uint8_t key[];
} built_list;

typedef struct memory_block {
    struct memory_block *next;
    size_t used;
    uint8_t bytes[1 << 16];
} memory_block;

struct docket_builder {
    docket_tokenizer *tokenizer;
    work_watch watch;
    /* Lists by a hash of their keys; the count of slots is a power of two. */
    built_list **slots;
    uint32_t slot_count;
    uint32_t list_count;
    memory_block *memory;
    size_t bytes;
    /* Documents ascending, with their lengths. */
    uint32_t *documents;
    uint16_t *lengths;
    size_t document_count;
    size_t document_capacity;
    /* Of the document under way. */
    uint64_t length;
    uint32_t place;
    unsigned column;
};

docket_builder *docket_builder_new(docket_watch watch) {
    docket_builder *builder = calloc(1, sizeof *builder);
    if (!builder) return NULL;
    builder->watch = (work_watch){watch, UNITS_BETWEEN_LOOKS};
    builder->tokenizer = docket_tokenizer_new();
    if (!builder->tokenizer) {
        free(builder);
        return NULL;
    }
    return builder;
}

void docket_builder_clear(docket_builder *builder) {
    for (uint32_t i = 0; i < builder->slot_count; i++) {
        if (builder->slots[i]) free(builder->slots[i]->values);
    }
    free(builder->slots);
    builder->slots = NULL;
    builder->slot_count = 0;
    builder->list_count = 0;
    while (builder->memory) {
        memory_block *next = builder->memory->next;
        free(builder->memory);
        builder->memory = next;
    }
    builder->bytes = 0;
    builder->document_count = 0;
    builder->length = 0;
}

void docket_builder_free(docket_builder *builder) {
    if (!builder) return;
    docket_builder_clear(builder);
    docket_tokenizer_free(builder->tokenizer);
    free(builder->documents);
    free(builder->lengths);
    free(builder);
}

size_t docket_builder_memory(const docket_builder *builder) { return builder->bytes; }

uint64_t docket_builder_length(const docket_builder *builder) { return builder->length; }

static void *allocate(docket_builder *builder, size_t size) {
    size = (size + 7) & ~(size_t)7;
    memory_block *block = builder->memory;
    if (!block || sizeof block->bytes - block->used < size) {
        block = malloc(sizeof *block);
        if (!block) return NULL;
        block->next = builder->memory;
        block->used = 0;
        builder->memory = block;
        builder->bytes += sizeof *block;
    }
    void *made = block->bytes + block->used;
    block->used += size;
    return made;
}

static uint32_t hash_of(uint8_t kind, const uint8_t *text, size_t length) {
    uint32_t hash = (2166136261u ^ kind) * 16777619u;
    for (size_t i = 0; i < length; i++) hash = (hash ^ text[i]) * 16777619u;
    return hash ^ hash >> 15;
}

static bool grow_slots(docket_builder *builder) {
    uint32_t count = builder->slot_count ? builder->slot_count * 2 : 1024;
    built_list **slots = calloc(count, sizeof *slots);
    if (!slots) return false;
    for (uint32_t i = 0; i < builder->slot_count; i++) {
        built_list *list = builder->slots[i];
        if (!list) continue;
        uint32_t slot = list->hash & (count - 1);
        while (slots[slot]) slot = (slot + 1) & (count - 1);
        slots[slot] = list;
    }
    free(builder->slots);
    builder->slots = slots;
    builder->slot_count = count;
    builder->bytes += count / 2 * sizeof *slots;
    return true;
}

/* The list of this key, which is made if it is new; NULL when there is no memory. */
static built_list *find_list(
    docket_builder *builder, uint8_t kind, const uint8_t *text, size_t length) {
    if (builder->list_count >= builder->slot_count / 2 && !grow_slots(builder)) return NULL;
    uint32_t hash = hash_of(kind, text, length);
    uint32_t slot = hash & (builder->slot_count - 1);
    for (;;) {
        built_list *list = builder->slots[slot];
        if (!list) break;
        if (list->hash == hash && list->key_length == length + 1 && list->key[0] == kind &&
            memcmp(list->key + 1, text, length) == 0) {
            return list;
        }
        slot = (slot + 1) & (builder->slot_count - 1);
    }
    built_list *made = allocate(builder, sizeof *made + length + 1);
    if (!made) return NULL;
    *made = (built_list){.hash = hash, .key_length = (uint32_t)length + 1};
    made->key[0] = kind;
    memcpy(made->key + 1, text, length);
    builder->slots[slot] = made;
    builder->list_count++;
    return made;
}

/* Room for two more values. */
static bool reserve(docket_builder *builder, built_list *list) {
    if (list->capacity - list->used >= 4) return true;
    if (list->capacity > UINT32_MAX / 4) return false;
    uint32_t capacity = list->capacity ? list->capacity * 2 : 8;
    uint32_t *values = realloc(list->values, capacity * sizeof *values);
    if (!values) return false;
    builder->bytes += (capacity - list->capacity) * sizeof *values;
    list->values = values;
    list->capacity = capacity;
    return true;
}

/* Makes the document under way the list's last; its frequency or count of codes begins with 0. */
static void open_document(docket_builder *builder, built_list *list) {
    uint32_t document = (uint32_t)builder->document_count - 1;
    if (list->documents > 0 && list->values[list->last - 1] == document) return;
    list->values[list->used++] = document;
    list->last = list->used;
    list->values[list->used++] = 0;
    list->documents++;
    list->column = BODY_COLUMN;
    list->place = 0;
}

static int add_frequency(docket_builder *builder, built_list *list) {
    if (!reserve(builder, list)) return SQLITE_NOMEM;
    open_document(builder, list);
    uint32_t *frequency = &list->values[list->last];
    *frequency = raise_frequency((uint8_t)*frequency, builder->column == TITLE_COLUMN, 1);
    return SQLITE_OK;
}

static int add_place(docket_builder *builder, built_list *list) {
    if (!reserve(builder, list)) return SQLITE_NOMEM;
    open_document(builder, list);
    if (list->column != builder->column) {
        list->values[list->used++] = builder->column << 1 | 1;
        list->values[list->last]++;
        list->column = builder->column;
        list->place = 0;
    }
    list->values[list->used++] = (builder->place - list->place) << 1;
    list->values[list->last]++;
    list->place = builder->place;
    return SQLITE_OK;
}

static int add_word(docket_builder *builder, const docket_word *word) {
    built_list *list = find_list(builder, WORD_LIST, word->folded, word->folded_length);
    if (!list) return SQLITE_NOMEM;
    if (!list->stem) {
        size_t length;
        const uint8_t *stem = docket_tokenizer_stem(builder->tokenizer, &length);
        if (length > DOCKET_WORD_BYTES) length = DOCKET_WORD_BYTES;
        list->stem = find_list(builder, STEM_LIST, stem, length);
        if (!list->stem) return SQLITE_NOMEM;
        if (length != word->folded_length || memcmp(stem, word->folded, length) != 0) {
            list->inflected = find_list(builder, INFLECTED_LIST, stem, length);
            if (!list->inflected) return SQLITE_NOMEM;
        }
    }
    int code = add_frequency(builder, list->stem);
    if (code == SQLITE_OK) code = add_place(builder, list);
    if (code == SQLITE_OK && list->inflected) code = add_place(builder, list->inflected);
    return code;
}

int docket_builder_begin(docket_builder *builder, uint32_t document) {
    size_t count = builder->document_count;
    if (document == 0 || (count > 0 && builder->documents[count - 1] >= document)) {
        return SQLITE_MISUSE;
    }
    if (count == builder->document_capacity) {
        size_t capacity = count ? count * 2 : 256;
        uint32_t *documents = realloc(builder->documents, capacity * sizeof *documents);
        if (!documents) return SQLITE_NOMEM;
        builder->documents = documents;
        uint16_t *lengths = realloc(builder->lengths, capacity * sizeof *lengths);
        if (!lengths) return SQLITE_NOMEM;
        builder->lengths = lengths;
        builder->document_capacity = capacity;
    }
    builder->documents[count] = document;
    builder->lengths[count] = 0;
    builder->document_count = count + 1;
    builder->length = 0;
    builder->place = 0;
    builder->column = TITLE_COLUMN;
    return SQLITE_OK;
}

int docket_builder_add(
    docket_builder *builder, unsigned column, const unsigned char *text, size_t length) {
    if (column >= DOCKET_COLUMNS || column < builder->column || builder->document_count == 0) {
        return SQLITE_MISUSE;
    }
    if (column != builder->column) builder->place = 0;
    builder->column = column;
    /* No phrase goes over the end of a text. */
    builder->place++;
    docket_word word;
    docket_tokenizer_start(builder->tokenizer, text, length);
    while (docket_tokenizer_next(builder->tokenizer, &word)) {
        int code = spend(&builder->watch, UNITS_OF_WORD);
        if (code != SQLITE_OK) return code;
        if (builder->place >= (1u << PLACE_BITS) - 2) break;
        builder->place++;
        builder->length += column == TITLE_COLUMN ? TITLE_WEIGHT : 1;
        code = add_word(builder, &word);
        if (code != SQLITE_OK) return code;
    }
    uint64_t sum = builder->length;
    builder->lengths[builder->document_count - 1] =
        sum > DOCKET_LENGTH_MAXIMUM ? DOCKET_LENGTH_MAXIMUM : (uint16_t)sum;
    return SQLITE_OK;
}

int docket_builder_add_whole(docket_builder *builder, const unsigned char *text, size_t length) {
    if (builder->document_count == 0) return SQLITE_MISUSE;
    uint8_t key[DOCKET_WHOLE_BYTES];
    size_t used;
    int code = fold_whole(builder->tokenizer, text, length, &builder->watch, key, &used);
    if (code != SQLITE_OK || used == 0) return code;
    built_list *list = find_list(builder, WHOLE_LIST, key, used);
    return list ? add_frequency(builder, list) : SQLITE_NOMEM;
}

/* ---- Writing ---- */

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

static int write_lengths(
    const docket_builder *builder, const docket_reading *reading, const docket_writing *writing) {
    byte_buffer chunk = {0};
    int code = SQLITE_OK;
    for (size_t i = 0; code == SQLITE_OK && i < builder->document_count;) {
        uint32_t place = builder->documents[i] / DOCKET_CHUNK;
        code = read_by_id(reading->chunk, place, &chunk);
        if (code != SQLITE_OK) break;
        if (chunk.used != 0 && chunk.used != 2 * DOCKET_CHUNK) code = SQLITE_CORRUPT;
        if (code == SQLITE_OK && !buffer_reserve(&chunk, 2 * DOCKET_CHUNK)) code = SQLITE_NOMEM;
        if (code != SQLITE_OK) break;
        if (chunk.used == 0) memset(chunk.bytes, 0, 2 * DOCKET_CHUNK);
        for (; i < builder->document_count && builder->documents[i] / DOCKET_CHUNK == place; i++) {
            store16(chunk.bytes + 2 * (builder->documents[i] % DOCKET_CHUNK), builder->lengths[i]);
        }
        code = write_by_id(writing->chunk, place, chunk.bytes, 2 * DOCKET_CHUNK);
    }
    buffer_free(&chunk);
    return code;
}

int docket_builder_write(
    docket_builder *builder, const docket_reading *reading, const docket_writing *writing,
    uint32_t segment) {
    if (builder->document_count == 0) return SQLITE_OK;
    list_writer writer = {.writing = writing, .segment = segment};
    int code = builder->list_count > 0 ? write_lists(builder, &writer) : SQLITE_OK;
    if (code == SQLITE_OK) code = end_segment(&writer);
    list_writer_free(&writer);
    if (code == SQLITE_OK) code = write_lengths(builder, reading, writing);
    docket_builder_clear(builder);
    return code;
}
