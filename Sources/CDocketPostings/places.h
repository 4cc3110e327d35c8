#pragma once

#include "dead_set.h"

/* Documents with how often they have something, in ascending order. */
typedef struct {
    uint32_t *documents;
    uint8_t *frequencies;
    size_t count;
    size_t capacity;
} frequency_list;

void frequency_list_free(frequency_list *list);

/* A word of a term as it is looked for. */
typedef struct {
    /* 0x01 to 0xFF bytes of UTF-8. */
    const uint8_t *text;
    size_t length;
    docket_term_kind kind;
} term_slot;

/* The living documents that have the words next to each other in one of the columns, by the lists
 * of places in all segments. */
int find_places(
    const docket_reading *reading, const docket_segment *segments, size_t segment_count,
    const term_slot *slots, size_t slot_count, uint32_t columns, work_watch *watch,
    frequency_list *found);
