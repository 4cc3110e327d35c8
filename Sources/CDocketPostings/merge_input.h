#pragma once

#include "dead_set.h"
#include "term_page.h"

/* Dead of one chunk of a segment. */
typedef struct {
    uint32_t chunk;
    uint8_t bits[DEAD_BYTES];
} dead_chunk;

typedef struct {
    dead_chunk *chunks;
    size_t count;
    size_t capacity;
} dead_chunks;

/* Goes through a list of one segment, document by document. */
typedef struct {
    uint32_t segment;
    dead_chunks dead;
    /* Its terms; before the first `is_begun` is false, after the last there is no page. */
    term_page page;
    bool is_begun;
    bool has_term;
    /* The list. */
    list_head head;
    byte_buffer block;
    uint32_t next_block;
    byte_reader reader;
    uint64_t left;
    uint32_t base;
    bool has_document;
    uint32_t document;
    const uint8_t *codes;
    size_t codes_length;
} merge_input;

/* Reads what is dead in a segment. */
int read_dead(sqlite3_stmt *chunks, uint32_t segment, dead_chunks *dead);
bool was_dead(const dead_chunks *dead, uint32_t document);

/* Goes to the next term. */
int next_term(merge_input *input, const docket_reading *reading);

/* Begins with the list of the term. */
int open_list(merge_input *input);

/* What the directory of a long list says of a block. */
const uint8_t *directory_entry(const merge_input *input, uint32_t block);

/* Reads the next block's bytes; its documents begin after `base`. */
int next_block(merge_input *input, const docket_reading *reading);

/* Goes to the next document of a list of places. */
int next_document(merge_input *input, const docket_reading *reading, work_watch *watch);
