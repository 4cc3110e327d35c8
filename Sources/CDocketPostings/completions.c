#include <stdlib.h>

#include "merge_input.h"
#include "stem_cursor.h"
#include "words.h"

/* ---- The most frequent ---- */

typedef struct {
    uint8_t text[KEY_BYTES - 1];
    size_t length;
    uint64_t documents;
} completion;

struct docket_completions {
    size_t count;
    size_t wanted;
    /* The most frequent first. */
    completion best[];
};

/* Keeps a term if it is among the most frequent; of equal ones the first that came stays. */
static void keep(
    docket_completions *found, const uint8_t *text, size_t length, uint64_t documents) {
    if (found->count == found->wanted) {
        if (found->best[found->count - 1].documents >= documents) return;
        found->count--;
    }
    size_t place = found->count;
    while (place > 0 && found->best[place - 1].documents < documents) place--;
    memmove(
        &found->best[place + 1], &found->best[place], (found->count - place) * sizeof *found->best);
    completion *kept = &found->best[place];
    memcpy(kept->text, text, length);
    kept->length = length;
    kept->documents = documents;
    found->count++;
}

static bool begins(const term_page *page, const uint8_t *key, size_t length) {
    return page->key_length >= length && memcmp(page->key, key, length) == 0;
}

/* The cursors whose terms begin with the key, from the first such term on. */
static int open_cursors(
    docket_words *cursors, const docket_reading *reading, const docket_segment *segments,
    size_t count, const uint8_t *key, size_t length, docket_watch watch) {
    for (size_t i = 0; i < count; i++) {
        cursors[i] = (docket_words){
            .reading = *reading, .segment = segments[i].id, .kind = key[0],
            .watch = {watch, UNITS_BETWEEN_LOOKS}};
        docket_indexed_word ignored;
        int code = docket_words_seek(&cursors[i], key + 1, length - 1, &ignored);
        if (code != SQLITE_OK) return code;
    }
    return SQLITE_OK;
}

/* Sums up the least term of all cursors, and moves these on; false where none begins with it. */
static int take_least(
    docket_words *cursors, size_t count, const uint8_t *key, size_t length,
    docket_completions *found, size_t *looks, bool *is_taken) {
    uint8_t least[KEY_BYTES];
    size_t least_length = 0;
    for (size_t i = 0; i < count; i++) {
        const term_page *page = &cursors[i].page;
        if (!begins(page, key, length)) continue;
        if (least_length > 0 &&
            compare_keys(page->key, page->key_length, least, least_length) >= 0) continue;
        memcpy(least, page->key, page->key_length);
        least_length = page->key_length;
    }
    *is_taken = least_length > 0;
    uint64_t documents = 0;
    for (size_t i = 0; *is_taken && i < count; i++) {
        const term_page *page = &cursors[i].page;
        if (!begins(page, least, least_length) || page->key_length != least_length) continue;
        list_head head;
        int code = read_head(page->row, page->row_length, &head);
        if (code == SQLITE_OK) code = words_step(&cursors[i]);
        if (code == SQLITE_OK) code = spend(&cursors[i].watch, UNITS_OF_LOOK);
        if (code != SQLITE_OK) return code;
        documents += head.documents;
        ++*looks;
    }
    if (*is_taken) keep(found, least + 1, least_length - 1, documents);
    return SQLITE_OK;
}

int docket_completions_new(
    const docket_reading *reading, const docket_segment *segments, size_t count,
    docket_vocabulary vocabulary, const unsigned char *prefix, size_t length, size_t wanted,
    size_t looks, docket_watch watch, docket_completions **made, bool *is_cut) {
    *is_cut = false;
    docket_completions *found =
        calloc(1, sizeof *found + (wanted + 1) * sizeof *found->best);
    *made = found;
    docket_words *cursors = calloc(count + 1, sizeof *cursors);
    int code = found && cursors ? SQLITE_OK : SQLITE_NOMEM;
    uint8_t key[KEY_BYTES] = {list_of(vocabulary)};
    bool is_taken = code == SQLITE_OK && wanted > 0 && length < sizeof key;
    if (is_taken) {
        found->wanted = wanted;
        memcpy(key + 1, prefix, length);
        code = open_cursors(cursors, reading, segments, count, key, length + 1, watch);
    }
    for (size_t looked = 0; code == SQLITE_OK && is_taken && !*is_cut;) {
        code = take_least(cursors, count, key, length + 1, found, &looked, &is_taken);
        *is_cut = is_taken && looked >= looks;
    }
    for (size_t i = 0; cursors && i < count; i++) term_page_free(&cursors[i].page);
    free(cursors);
    return code;
}

void docket_completions_free(docket_completions *completions) { free(completions); }

docket_indexed_word docket_completions_at(const docket_completions *completions, size_t place) {
    if (place >= completions->count) return (docket_indexed_word){0};
    const completion *at = &completions->best[place];
    return (docket_indexed_word){at->text, at->length, at->documents};
}

/* ---- The living ---- */

static int lives(
    dead_set *dead, const docket_reading *reading, uint32_t document, bool *is_living) {
    int code = dead_set_read(dead, reading, document / DOCKET_CHUNK);
    *is_living = code == SQLITE_OK && !is_dead(dead, document);
    return code;
}

/* The first that lives of a list of frequencies. */
static int find_in_stems(
    const docket_reading *reading, uint32_t segment, const uint8_t *key, size_t length,
    dead_set *dead, work_watch *watch, uint32_t *document) {
    stem_cursor list = {0};
    uint64_t documents;
    int code = stem_cursor_open(&list, reading, segment, key, length, &documents);
    uint64_t next = 1;
    while (code == SQLITE_OK && documents > 0 && next <= UINT32_MAX) {
        code = stem_cursor_seek(&list, reading, watch, (uint32_t)next);
        if (code != SQLITE_OK || stem_cursor_has_ended(&list)) break;
        bool is_living;
        uint32_t at = list.documents[list.at];
        code = lives(dead, reading, at, &is_living);
        if (code == SQLITE_OK) code = spend(watch, UNITS_OF_LOOK);
        if (code == SQLITE_OK && is_living) *document = at;
        if (is_living) break;
        next = (uint64_t)at + 1;
    }
    stem_cursor_close(&list);
    return code;
}

/* The first that lives of a list of places. */
static int find_in_places(
    const docket_reading *reading, uint32_t segment, const uint8_t *key, size_t length,
    dead_set *dead, work_watch *watch, uint32_t *document) {
    merge_input input = {.segment = segment};
    byte_buffer row = {0};
    int code = read_term(reading, segment, key, length, &row);
    if (code == SQLITE_OK && row.used > 0) {
        input.page.row = row.bytes;
        input.page.row_length = row.used;
        code = open_list(&input);
        bool is_living = false;
        while (code == SQLITE_OK && !is_living) {
            code = next_document(&input, reading, watch);
            if (code != SQLITE_OK || !input.has_document) break;
            code = lives(dead, reading, input.document, &is_living);
            if (code == SQLITE_OK) code = spend(watch, UNITS_OF_LOOK);
        }
        if (code == SQLITE_OK && is_living) *document = input.document;
    }
    buffer_free(&input.block);
    buffer_free(&row);
    return code;
}

int docket_find_living(
    const docket_reading *reading, const docket_segment *segments, size_t count,
    docket_vocabulary vocabulary, const unsigned char *text, size_t length, docket_watch watch,
    uint32_t *document) {
    uint8_t key[KEY_BYTES] = {list_of(vocabulary)};
    work_watch own = {watch, UNITS_BETWEEN_LOOKS};
    *document = 0;
    if (length >= sizeof key) return SQLITE_OK;
    memcpy(key + 1, text, length);
    int code = SQLITE_OK;
    for (size_t i = 0; code == SQLITE_OK && i < count && *document == 0; i++) {
        dead_set dead = dead_set_of(segments[i].id, segments[i].dead > 0);
        code = has_frequencies(key[0])
                   ? find_in_stems(reading, segments[i].id, key, length + 1, &dead, &own, document)
                   : find_in_places(
                         reading, segments[i].id, key, length + 1, &dead, &own, document);
        buffer_free(&dead.bits);
    }
    return code;
}
