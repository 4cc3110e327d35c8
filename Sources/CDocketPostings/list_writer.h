#pragma once

#include "codec.h"

/* Writes the lists of one segment, one after the other. */
typedef struct {
    const docket_writing *writing;
    uint32_t segment;
    /* Place of the next block. */
    uint32_t next_block;
    /* Of the list under way. */
    uint32_t first_block;
    uint32_t blocks;
    uint32_t last;
    uint32_t documents;
    /* Documents of the block under way. */
    uint32_t block_documents;
    byte_buffer block;
    byte_buffer directory;
    byte_buffer row;
    /* The page of terms under way: its first, and its last. */
    byte_buffer page;
    uint8_t first[KEY_BYTES];
    size_t first_length;
    uint8_t key[KEY_BYTES];
    size_t key_length;
} list_writer;

void list_writer_free(list_writer *writer);

/* What is known of a document in list S. `length` is 0 where it is not known. */
typedef struct {
    uint32_t document;
    uint16_t length;
    uint8_t frequency;
} stem_posting;

/* Lists are written in the order of their keys. */

/* Writes a whole list S; documents ascend. */
int write_stem_list(
    list_writer *writer, const uint8_t *key, size_t key_length, const stem_posting *postings,
    size_t count);

/* Begins a list of places. */
void begin_places(list_writer *writer);

/* Adds a document to it: the count of codes and the codes. Documents ascend. */
int add_places(list_writer *writer, uint32_t document, const uint8_t *codes, size_t length);

/* Writes it, unless no document was added. */
int end_places(list_writer *writer, const uint8_t *key, size_t key_length);

/* Writes the last page of terms. */
int end_segment(list_writer *writer);
