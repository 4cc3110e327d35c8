#include "dead_set.h"

int dead_set_read(dead_set *set, const docket_reading *reading, uint32_t chunk) {
    if (!set->has_dead || set->chunk == chunk) return SQLITE_OK;
    set->chunk = UINT32_MAX;
    int code = read_by_id(reading->chunk, block_id(set->segment, chunk), &set->bits);
    if (code != SQLITE_OK) return code;
    if (set->bits.used != 0 && set->bits.used != DEAD_BYTES) return SQLITE_CORRUPT;
    set->is_touched = set->bits.used != 0;
    set->chunk = chunk;
    return SQLITE_OK;
}

int docket_mark_dead(
    const docket_reading *reading, const docket_writing *writing, uint32_t segment,
    uint32_t document, bool *was_dead) {
    dead_set set = dead_set_of(segment, true);
    int code = dead_set_read(&set, reading, document / DOCKET_CHUNK);
    if (code == SQLITE_OK && !set.is_touched) {
        if (buffer_reserve(&set.bits, DEAD_BYTES)) {
            memset(set.bits.bytes, 0, DEAD_BYTES);
            set.is_touched = true;
        } else {
            code = SQLITE_NOMEM;
        }
    }
    *was_dead = code == SQLITE_OK && is_dead(&set, document);
    if (code == SQLITE_OK && !*was_dead) {
        uint32_t place = document % DOCKET_CHUNK;
        set.bits.bytes[place / 8] |= (uint8_t)(1 << place % 8);
        code = write_by_id(
            writing->chunk, block_id(segment, document / DOCKET_CHUNK), set.bits.bytes, DEAD_BYTES);
    }
    buffer_free(&set.bits);
    return code;
}
