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

/* A cursor, and what its term has next behind the key: that decides most comparisons. */
typedef struct {
    uint64_t next;
    docket_words *words;
} ordered_cursor;

/* Cursors whose terms begin alike. */
typedef struct {
    docket_words *all;
    size_t count;
    /* Those of segments that have such terms left, and which of them stand at the least one. */
    ordered_cursor *left;
    size_t left_count;
    size_t *least;
    size_t least_count;
    const uint8_t *key;
    size_t key_length;
} cursor_set;

/* Whether the term of a cursor begins with the key; if so the cursor is in order. */
static bool begins(const cursor_set *set, ordered_cursor *cursor) {
    const term_page *page = &cursor->words->page;
    if (page->key_length < set->key_length ||
        memcmp(page->key, set->key, set->key_length) != 0) return false;
    uint8_t bytes[8] = {0};
    size_t length = page->key_length - set->key_length;
    memcpy(bytes, page->key + set->key_length, length < 8 ? length : 8);
    memcpy(&cursor->next, bytes, sizeof cursor->next);
    cursor->next = __builtin_bswap64(cursor->next);
    return true;
}

static int compare(const ordered_cursor *one, const ordered_cursor *other) {
    if (one->next != other->next) return one->next < other->next ? -1 : 1;
    const term_page *left = &one->words->page, *right = &other->words->page;
    return compare_keys(left->key, left->key_length, right->key, right->key_length);
}

static void cursor_set_close(cursor_set *set) {
    for (size_t i = 0; set->all && i < set->count; i++) term_page_free(&set->all[i].page);
    free(set->all);
    free(set->left);
    free(set->least);
}

/* Goes to the first terms that begin with the key. */
static int cursor_set_open(
    cursor_set *set, const docket_reading *reading, const docket_segment *segments, size_t count,
    docket_watch watch) {
    set->all = calloc(count + 1, sizeof *set->all);
    set->left = calloc(count + 1, sizeof *set->left);
    set->least = calloc(count + 1, sizeof *set->least);
    if (!set->all || !set->left || !set->least) return SQLITE_NOMEM;
    for (; set->count < count; set->count++) {
        docket_words *cursor = &set->all[set->count];
        *cursor = (docket_words){
            .reading = *reading, .segment = segments[set->count].id, .kind = set->key[0],
            .watch = {watch, UNITS_BETWEEN_LOOKS}};
        docket_indexed_word ignored;
        int code = docket_words_seek(cursor, set->key + 1, set->key_length - 1, &ignored);
        if (code != SQLITE_OK) {
            set->count++;
            return code;
        }
        ordered_cursor *left = &set->left[set->left_count];
        left->words = cursor;
        if (begins(set, left)) set->left_count++;
    }
    return SQLITE_OK;
}

/* Finds who stands at the least term; where none is left there is none. */
static void find_least(cursor_set *set) {
    set->least_count = 0;
    for (size_t i = 0; i < set->left_count; i++) {
        int order = i == 0 ? -1 : compare(&set->left[i], &set->left[set->least[0]]);
        if (order < 0) set->least_count = 0;
        if (order <= 0) set->least[set->least_count++] = i;
    }
}

/* Counts the documents of the least term, and goes on behind it. */
static int take_least(cursor_set *set, docket_completions *found) {
    uint64_t documents = 0;
    for (size_t i = 0; i < set->least_count; i++) {
        const term_page *page = &set->left[set->least[i]].words->page;
        list_head head;
        int code = read_head(page->row, page->row_length, &head);
        if (code != SQLITE_OK) return code;
        documents += head.documents;
    }
    const term_page *least = &set->left[set->least[0]].words->page;
    keep(found, least->key + 1, least->key_length - 1, documents);
    /* From the last, whose place one that has ended leaves to the last of all. */
    for (size_t i = set->least_count; i-- > 0;) {
        ordered_cursor *cursor = &set->left[set->least[i]];
        int code = words_step(cursor->words);
        if (code == SQLITE_OK) code = spend(&cursor->words->watch, UNITS_OF_LOOK);
        if (code != SQLITE_OK) return code;
        if (!begins(set, cursor)) *cursor = set->left[--set->left_count];
    }
    return SQLITE_OK;
}

int docket_completions_new(
    const docket_reading *reading, const docket_segment *segments, size_t count,
    docket_vocabulary vocabulary, const unsigned char *prefix, size_t length, size_t wanted,
    size_t looks, docket_watch watch, docket_completions **made, bool *is_cut) {
    *is_cut = false;
    docket_completions *found = calloc(1, sizeof *found + (wanted + 1) * sizeof *found->best);
    *made = found;
    if (!found) return SQLITE_NOMEM;
    found->wanted = wanted;
    uint8_t key[KEY_BYTES] = {list_of(vocabulary)};
    if (wanted == 0 || length >= sizeof key) return SQLITE_OK;
    memcpy(key + 1, prefix, length);
    cursor_set set = {.key = key, .key_length = length + 1};
    int code = cursor_set_open(&set, reading, segments, count, watch);
    for (size_t looked = 0; code == SQLITE_OK && set.left_count > 0;) {
        find_least(&set);
        looked += set.least_count;
        code = take_least(&set, found);
        *is_cut = looked >= looks && set.left_count > 0;
        if (*is_cut) break;
    }
    cursor_set_close(&set);
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
