#include <stdlib.h>

#include "list_writer.h"
#include "merge_input.h"

struct docket_merge {
    merge_input *inputs;
    size_t count;
    work_watch watch;
    list_writer writer;
    uint8_t key[KEY_BYTES];
    size_t key_length;
    bool is_done;
    stem_posting *postings;
    stem_posting *sorted;
    size_t posting_capacity;
    uint32_t *died;
    size_t died_count;
    size_t died_capacity;
};

/* ---- The beginning ---- */

int docket_merge_new(
    sqlite3_stmt *chunks, const docket_segment *segments, size_t count, uint32_t target,
    docket_watch watch, docket_merge **made) {
    docket_merge *merge = calloc(1, sizeof *merge);
    *made = merge;
    if (!merge) return SQLITE_NOMEM;
    merge->watch = (work_watch){watch, UNITS_BETWEEN_LOOKS};
    merge->writer.segment = target;
    merge->inputs = calloc(count + 1, sizeof *merge->inputs);
    if (!merge->inputs) return SQLITE_NOMEM;
    merge->count = count;
    for (size_t i = 0; i < count; i++) {
        merge->inputs[i].segment = segments[i].id;
        int code = read_dead(chunks, segments[i].id, &merge->inputs[i].dead);
        if (code != SQLITE_OK) return code;
    }
    return SQLITE_OK;
}

void docket_merge_free(docket_merge *merge) {
    if (!merge) return;
    for (size_t i = 0; i < merge->count; i++) {
        free(merge->inputs[i].dead.chunks);
        term_page_free(&merge->inputs[i].page);
        buffer_free(&merge->inputs[i].block);
    }
    list_writer_free(&merge->writer);
    free(merge->inputs);
    free(merge->postings);
    free(merge->sorted);
    free(merge->died);
    free(merge);
}

/* ---- Lists of frequencies ---- */

static bool reserve_postings(docket_merge *merge, size_t count) {
    if (merge->posting_capacity >= count) return true;
    size_t capacity = merge->posting_capacity ? merge->posting_capacity : 4096;
    while (capacity < count) capacity *= 2;
    stem_posting *postings = realloc(merge->postings, capacity * sizeof *postings);
    if (postings) merge->postings = postings;
    stem_posting *sorted = realloc(merge->sorted, capacity * sizeof *sorted);
    if (sorted) merge->sorted = sorted;
    if (!postings || !sorted) return false;
    merge->posting_capacity = capacity;
    return true;
}

static int take_short_stems(docket_merge *merge, merge_input *input, size_t *count) {
    uint32_t last = 0;
    for (uint64_t i = 0; i < input->left; i++) {
        uint64_t frequency;
        if (!take_document(&input->reader, &last) || !take_varint(&input->reader, &frequency) ||
            frequency == 0 || frequency > UINT8_MAX) {
            return SQLITE_CORRUPT;
        }
        if (was_dead(&input->dead, last)) continue;
        merge->postings[(*count)++] = (stem_posting){last, 0, (uint8_t)frequency};
    }
    return SQLITE_OK;
}

static int take_stem_blocks(
    docket_merge *merge, merge_input *input, const docket_reading *reading, size_t *count,
    size_t limit) {
    uint32_t documents[BLOCK_DOCUMENTS];
    const uint8_t *frequencies;
    while (input->next_block < input->head.blocks) {
        const uint8_t *entry = directory_entry(input, input->next_block);
        int code = spend(&merge->watch, UNITS_OF_ROW);
        if (code == SQLITE_OK) code = next_block(input, reading);
        if (code != SQLITE_OK) return code;
        uint32_t own = (uint32_t)input->left;
        if (own > BLOCK_DOCUMENTS || own > limit - *count) return SQLITE_CORRUPT;
        code = read_stem_block(
            input->block.bytes, input->block.used, own, input->base, load32(entry), documents,
            &frequencies);
        if (code != SQLITE_OK) return code;
        for (uint32_t i = 0; i < own; i++) {
            if (was_dead(&input->dead, documents[i])) continue;
            merge->postings[(*count)++] =
                (stem_posting){documents[i], load16(entry + 6), frequencies[i]};
        }
    }
    return SQLITE_OK;
}

/* Brings runs, each ascending, into one order; `ends` says where each ends. */
static const stem_posting *in_order(docket_merge *merge, size_t *next, const size_t *ends,
                                    size_t count) {
    bool ascends = true;
    for (size_t i = 1; i < count; i++) {
        ascends &= merge->postings[i].document > merge->postings[i - 1].document;
    }
    if (ascends) return merge->postings;
    for (size_t out = 0; out < count; out++) {
        size_t least = SIZE_MAX;
        for (size_t i = 0; i < merge->count; i++) {
            if (next[i] == ends[i]) continue;
            if (least == SIZE_MAX ||
                merge->postings[next[i]].document < merge->postings[next[least]].document) {
                least = i;
            }
        }
        merge->sorted[out] = merge->postings[next[least]++];
        if (out > 0 && merge->sorted[out].document == merge->sorted[out - 1].document) return NULL;
    }
    return merge->sorted;
}

static int merge_stems(
    docket_merge *merge, const docket_reading *reading, const bool *takes_part, size_t *starts,
    size_t *ends) {
    size_t count = 0;
    for (size_t i = 0; i < merge->count; i++) {
        merge_input *input = &merge->inputs[i];
        starts[i] = count;
        if (takes_part[i]) {
            int code = open_list(input);
            if (code != SQLITE_OK) return code;
            size_t limit = count + input->head.documents;
            if (!reserve_postings(merge, limit)) return SQLITE_NOMEM;
            code = input->head.is_long
                       ? take_stem_blocks(merge, input, reading, &count, limit)
                       : take_short_stems(merge, input, &count);
            if (code != SQLITE_OK) return code;
        }
        ends[i] = count;
    }
    if (count == 0) return SQLITE_OK;
    const stem_posting *postings = in_order(merge, starts, ends, count);
    if (!postings) return SQLITE_CORRUPT;
    int code = spend(&merge->watch, count);
    if (code != SQLITE_OK) return code;
    return write_stem_list(&merge->writer, merge->key, merge->key_length, postings, count);
}

/* ---- Lists of places ---- */

static int merge_places(
    docket_merge *merge, const docket_reading *reading, const bool *takes_part) {
    int code = SQLITE_OK;
    begin_places(&merge->writer);
    for (size_t i = 0; code == SQLITE_OK && i < merge->count; i++) {
        merge->inputs[i].has_document = false;
        if (!takes_part[i]) continue;
        code = open_list(&merge->inputs[i]);
        if (code == SQLITE_OK) code = next_document(&merge->inputs[i], reading, &merge->watch);
    }
    while (code == SQLITE_OK) {
        merge_input *least = NULL;
        for (size_t i = 0; i < merge->count; i++) {
            merge_input *input = &merge->inputs[i];
            if (input->has_document && (!least || input->document < least->document)) least = input;
        }
        if (!least) break;
        if (!was_dead(&least->dead, least->document)) {
            if (least->document <= merge->writer.last) return SQLITE_CORRUPT;
            code = add_places(
                &merge->writer, least->document, least->codes, least->codes_length);
            if (code != SQLITE_OK) return code;
        }
        code = next_document(least, reading, &merge->watch);
    }
    if (code != SQLITE_OK) return code;
    return end_places(&merge->writer, merge->key, merge->key_length);
}

/* ---- Steps ---- */

/* Chooses the least term; false when there is none. */
static bool choose_term(docket_merge *merge) {
    const term_page *least = NULL;
    for (size_t i = 0; i < merge->count; i++) {
        const merge_input *input = &merge->inputs[i];
        const term_page *page = &input->page;
        if (!input->has_term) continue;
        if (!least ||
            compare_keys(page->key, page->key_length, least->key, least->key_length) < 0) {
            least = page;
        }
    }
    if (!least) return false;
    merge->key_length = least->key_length;
    memcpy(merge->key, least->key, merge->key_length);
    return true;
}

static int merge_term(
    docket_merge *merge, const docket_reading *reading, bool *takes_part, size_t *places) {
    for (size_t i = 0; i < merge->count; i++) {
        const merge_input *input = &merge->inputs[i];
        takes_part[i] = input->has_term && compare_keys(
            input->page.key, input->page.key_length, merge->key, merge->key_length) == 0;
    }
    int code = has_frequencies(merge->key[0])
                   ? merge_stems(merge, reading, takes_part, places, places + merge->count)
                   : merge_places(merge, reading, takes_part);
    for (size_t i = 0; code == SQLITE_OK && i < merge->count; i++) {
        if (takes_part[i]) code = next_term(&merge->inputs[i], reading);
    }
    return code;
}

int docket_merge_step(
    docket_merge *merge, const docket_reading *reading, const docket_writing *writing,
    int (*is_over)(void *), void *context, bool *is_done) {
    merge->writer.writing = writing;
    bool *takes_part = calloc(merge->count + 1, sizeof *takes_part);
    size_t *places = calloc(2 * merge->count + 1, sizeof *places);
    int code = takes_part && places ? SQLITE_OK : SQLITE_NOMEM;
    *is_done = false;
    for (size_t i = 0; code == SQLITE_OK && i < merge->count; i++) {
        if (!merge->inputs[i].is_begun) code = next_term(&merge->inputs[i], reading);
    }
    while (code == SQLITE_OK) {
        if (!choose_term(merge)) {
            code = end_segment(&merge->writer);
            *is_done = true;
            break;
        }
        code = spend(&merge->watch, UNITS_OF_ROW);
        if (code == SQLITE_OK) code = merge_term(merge, reading, takes_part, places);
        if (code == SQLITE_OK && is_over(context)) break;
    }
    free(takes_part);
    free(places);
    return code;
}

/* ---- The end ---- */

static int note_died(docket_merge *merge, uint32_t document) {
    if (merge->died_count == merge->died_capacity) {
        size_t capacity = merge->died_capacity ? merge->died_capacity * 2 : 64;
        uint32_t *died = realloc(merge->died, capacity * sizeof *died);
        if (!died) return SQLITE_NOMEM;
        merge->died = died;
        merge->died_capacity = capacity;
    }
    merge->died[merge->died_count++] = document;
    return SQLITE_OK;
}

static int find_died(docket_merge *merge, sqlite3_stmt *chunks, const merge_input *input) {
    dead_chunks now = {0};
    int code = read_dead(chunks, input->segment, &now);
    for (size_t i = 0; code == SQLITE_OK && i < now.count; i++) {
        for (uint32_t place = 0; code == SQLITE_OK && place < DOCKET_CHUNK; place++) {
            if (!(now.chunks[i].bits[place / 8] >> place % 8 & 1)) continue;
            uint32_t document = now.chunks[i].chunk * DOCKET_CHUNK + place;
            if (!was_dead(&input->dead, document)) code = note_died(merge, document);
        }
    }
    free(now.chunks);
    return code;
}

int docket_merge_finish(
    docket_merge *merge, sqlite3_stmt *chunks, const docket_reading *reading,
    const docket_writing *writing, const uint32_t **dead, size_t *count) {
    merge->died_count = 0;
    int code = SQLITE_OK;
    for (size_t i = 0; code == SQLITE_OK && i < merge->count; i++) {
        code = find_died(merge, chunks, &merge->inputs[i]);
    }
    for (size_t i = 0; code == SQLITE_OK && i < merge->died_count; i++) {
        bool ignored;
        code = docket_mark_dead(
            reading, writing, merge->writer.segment, merge->died[i], &ignored);
    }
    *dead = merge->died;
    *count = merge->died_count;
    return code;
}
