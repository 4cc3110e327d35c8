#pragma once

#include <docket_text.h>

#include "list_writer.h"

/* One list in the making. Of lists S, P and R the values are documents and frequencies in turns; of
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
    /* Of a word: the lists of the stem that it has in this language, which is 0 for none yet, and
     * one more than the tokenizer's. */
    struct built_list *stem;
    struct built_list *inflected;
    struct built_list *reversed;
    uint32_t language;
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
    /* Documents ascending, with their lengths. */
    uint32_t *documents;
    uint16_t *lengths;
    size_t document_count;
    size_t document_capacity;
    /* Of the document under way. */
    uint64_t length;
    uint32_t place;
    unsigned column;
    /* Of the text under way. */
    size_t language;
    bool joins_words;
};

/* Forgets the documents. */
void builder_clear(docket_builder *builder);
