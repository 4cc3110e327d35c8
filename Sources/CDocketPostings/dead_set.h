#pragma once

#include "codec.h"

enum { DEAD_BYTES = (DOCKET_CHUNK + 7) / 8 };

/* The dead of a segment among the numbers of one chunk at a time. */
typedef struct {
    uint32_t segment;
    /* Whether the segment has any. */
    bool has_dead;
    /* Whether the chunk that is read has. */
    bool is_touched;
    uint32_t chunk;
    byte_buffer bits;
} dead_set;

static inline dead_set dead_set_of(uint32_t segment, bool has_dead) {
    return (dead_set){.segment = segment, .has_dead = has_dead, .chunk = UINT32_MAX};
}

/* Reads what is dead in a chunk; does nothing for the one that was read last. */
int dead_set_read(dead_set *set, const docket_reading *reading, uint32_t chunk);

/* Of a document of the chunk that was read last. */
static inline bool is_dead(const dead_set *set, uint32_t document) {
    if (!set->is_touched) return false;
    uint32_t place = document % DOCKET_CHUNK;
    return set->bits.bytes[place / 8] >> place % 8 & 1;
}
