#pragma once

#include "places.h"

/* The rows of the lists of one word in one segment, one behind the other. */
typedef struct {
    byte_buffer bytes;
    size_t *ends;
    size_t count;
    size_t capacity;
    uint64_t documents;
    byte_buffer row;
} word_lists;

/* Reads the rows of the lists that a word of a term is looked for in; what was read before goes. */
int word_lists_read(
    word_lists *lists, const docket_reading *reading, uint32_t segment, const term_slot *slot,
    work_watch *watch);
void word_lists_free(word_lists *lists);
