#include "builder.h"

#include <stdlib.h>

#include "whole.h"

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

void builder_clear(docket_builder *builder) {
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
    builder->document_count = 0;
    builder->length = 0;
}

void docket_builder_set_watch(docket_builder *builder, docket_watch watch) {
    builder->watch = (work_watch){watch, UNITS_BETWEEN_LOOKS};
}

void docket_builder_free(docket_builder *builder) {
    if (!builder) return;
    builder_clear(builder);
    docket_tokenizer_free(builder->tokenizer);
    free(builder->documents);
    free(builder->lengths);
    free(builder);
}

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
static bool reserve(built_list *list) {
    if (list->capacity - list->used >= 4) return true;
    if (list->capacity > UINT32_MAX / 4) return false;
    uint32_t capacity = list->capacity ? list->capacity * 2 : 8;
    uint32_t *values = realloc(list->values, capacity * sizeof *values);
    if (!values) return false;
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
    if (!reserve(list)) return SQLITE_NOMEM;
    open_document(builder, list);
    uint32_t *frequency = &list->values[list->last];
    *frequency = raise_frequency((uint8_t)*frequency, builder->column == TITLE_COLUMN, 1);
    return SQLITE_OK;
}

static int add_place(docket_builder *builder, built_list *list) {
    if (!reserve(list)) return SQLITE_NOMEM;
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

static bool is_itself(const docket_word *word, const uint8_t *stem, size_t length) {
    return length == word->folded_length && memcmp(stem, word->folded, length) == 0;
}

/* Finds the list of a stem by its letters from the last to the first; none for a short one. */
static int find_reversed(
    docket_builder *builder, built_list *list, const uint8_t *stem, size_t length) {
    uint8_t reversed[KEY_BYTES];
    list->reversed = NULL;
    if (!builder->joins_words || length < COMPOUND_BYTES || length > sizeof reversed) {
        return SQLITE_OK;
    }
    for (size_t start = 0; start < length;) {
        size_t end = start + 1;
        while (end < length && (stem[end] & 0xC0) == 0x80) end++;
        memcpy(reversed + length - end, stem + start, end - start);
        start = end;
    }
    list->reversed = find_list(builder, REVERSED_LIST, reversed, length);
    return list->reversed ? SQLITE_OK : SQLITE_NOMEM;
}

/* Finds the lists of the word's stem. */
static int find_stem(docket_builder *builder, built_list *list, const docket_word *word) {
    uint32_t language = (uint32_t)builder->language + 1;
    if (word->is_stemmed_folded && list->language == language) return SQLITE_OK;
    list->language = word->is_stemmed_folded ? language : 0;
    list->inflected = NULL;
    size_t length;
    const uint8_t *stem = docket_tokenizer_stem(builder->tokenizer, &length);
    list->stem = find_list(builder, STEM_LIST, stem, length);
    if (!list->stem) return SQLITE_NOMEM;
    int code = find_reversed(builder, list, stem, length);
    if (code != SQLITE_OK) return code;
    if (is_itself(word, stem, length)) return SQLITE_OK;
    list->inflected = find_list(builder, INFLECTED_LIST, stem, length);
    return list->inflected ? SQLITE_OK : SQLITE_NOMEM;
}

/* Adds the word by the stem that it has without accents, where that is another. */
static int add_plain_stem(docket_builder *builder, const docket_word *word) {
    size_t length;
    const uint8_t *stem = docket_tokenizer_plain_stem(builder->tokenizer, &length);
    if (!stem) return SQLITE_OK;
    built_list *list = find_list(builder, STEM_LIST, stem, length);
    int code = list ? add_frequency(builder, list) : SQLITE_NOMEM;
    if (code != SQLITE_OK || is_itself(word, stem, length)) return code;
    list = find_list(builder, INFLECTED_LIST, stem, length);
    return list ? add_place(builder, list) : SQLITE_NOMEM;
}

/* A letter is found by its places, and by the grams that end with it. */
static int add_letter(docket_builder *builder, built_list *list) {
    int code = add_place(builder, list);
    size_t length;
    const uint8_t *gram;
    for (unsigned i = 0; code == SQLITE_OK; i++) {
        gram = docket_tokenizer_gram(builder->tokenizer, i, &length);
        if (!gram) break;
        built_list *grams = find_list(builder, STEM_LIST, gram, length);
        code = grams ? add_frequency(builder, grams) : SQLITE_NOMEM;
    }
    return code;
}

static int add_word(docket_builder *builder, const docket_word *word) {
    built_list *list = find_list(builder, WORD_LIST, word->folded, word->folded_length);
    if (!list) return SQLITE_NOMEM;
    if (word->kind != DOCKET_PLAIN_WORD) return add_letter(builder, list);
    int code = find_stem(builder, list, word);
    if (code != SQLITE_OK) return code;
    code = add_frequency(builder, list->stem);
    if (code == SQLITE_OK) code = add_place(builder, list);
    if (code == SQLITE_OK && list->inflected) code = add_place(builder, list->inflected);
    if (code == SQLITE_OK && list->reversed) code = add_frequency(builder, list->reversed);
    if (code == SQLITE_OK && !word->is_stemmed_folded) code = add_plain_stem(builder, word);
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
    docket_builder *builder, unsigned column, const unsigned char *text, size_t length,
    size_t language) {
    if (column >= DOCKET_COLUMNS || column < builder->column || builder->document_count == 0) {
        return SQLITE_MISUSE;
    }
    if (column != builder->column) builder->place = 0;
    builder->column = column;
    builder->language = language;
    builder->joins_words = docket_language_joins_words(language);
    /* No phrase goes over the end of a text. */
    builder->place++;
    docket_word word;
    docket_tokenizer_start(builder->tokenizer, text, length, language);
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

int docket_builder_add_whole(
    docket_builder *builder, const unsigned char *text, size_t length, size_t language) {
    if (builder->document_count == 0) return SQLITE_MISUSE;
    uint8_t key[DOCKET_WHOLE_BYTES];
    size_t used;
    docket_tokenizer_start(builder->tokenizer, text, length, language);
    int code = fold_whole(builder->tokenizer, &builder->watch, key, &used);
    if (code != SQLITE_OK || used == 0) return code;
    built_list *list = find_list(builder, WHOLE_LIST, key, used);
    return list ? add_frequency(builder, list) : SQLITE_NOMEM;
}
