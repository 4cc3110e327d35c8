#include "words.h"

#include <stdlib.h>

docket_words *docket_words_new(
    const docket_reading *reading, uint32_t segment, docket_vocabulary vocabulary,
    docket_watch watch) {
    docket_words *words = calloc(1, sizeof *words);
    if (!words) return NULL;
    words->reading = *reading;
    words->segment = segment;
    words->kind = list_of(vocabulary);
    words->watch = (work_watch){watch, UNITS_BETWEEN_LOOKS};
    return words;
}

void docket_words_free(docket_words *words) {
    if (!words) return;
    term_page_free(&words->page);
    free(words);
}

/* Goes on in the page to the first term that is not before the key; none where the page ends. */
static int step_to(docket_words *words, const uint8_t *key, size_t length) {
    term_page *page = &words->page;
    while (page->key_length == 0 ||
           compare_keys(page->key, page->key_length, key, length) < 0) {
        int code = term_page_step(page);
        if (code == SQLITE_OK) code = spend(&words->watch, UNITS_OF_WORD);
        if (code != SQLITE_OK || page->key_length == 0) return code;
    }
    return SQLITE_OK;
}

int words_step(docket_words *words) {
    term_page *page = &words->page;
    int code = term_page_step(page);
    while (code == SQLITE_OK && page->key_length == 0 && page->first_length > 0) {
        code = term_page_follow(page, &words->reading, words->segment);
        if (code == SQLITE_OK && page->first_length > 0) code = term_page_step(page);
    }
    return code;
}

/* Reads the page that may have the key, and goes to its first term that is not before. */
static int find(docket_words *words, const uint8_t *key, size_t length) {
    term_page *page = &words->page;
    int code = term_page_find(page, &words->reading, words->segment, key, length);
    if (code != SQLITE_OK) return code;
    if (page->first_length > 0) {
        code = step_to(words, key, length);
        if (code != SQLITE_OK || page->key_length > 0) return code;
    } else {
        /* The first page begins behind the key, and behind what the key begins with. */
        page->first_length = length < KEY_BYTES ? length : KEY_BYTES;
        memcpy(page->first, key, page->first_length);
    }
    code = term_page_follow(page, &words->reading, words->segment);
    if (code != SQLITE_OK || page->first_length == 0) return code;
    return step_to(words, key, length);
}

int docket_words_seek(
    docket_words *words, const unsigned char *text, size_t length, docket_indexed_word *found) {
    term_page *page = &words->page;
    uint8_t key[1 + KEY_BYTES];
    *found = (docket_indexed_word){0};
    int code = spend(&words->watch, UNITS_OF_ROW);
    if (code != SQLITE_OK) return code;
    /* One more than any word has is enough to stand between two. */
    if (length > KEY_BYTES) length = KEY_BYTES;
    key[0] = words->kind;
    memcpy(key + 1, text, length);
    /* What is sought next is mostly in the page of the last. */
    if (page->key_length > 0) code = step_to(words, key, length + 1);
    if (code == SQLITE_OK && page->key_length == 0) code = find(words, key, length + 1);
    if (code != SQLITE_OK || page->key_length == 0 || page->key[0] != words->kind) return code;
    list_head head;
    code = read_head(page->row, page->row_length, &head);
    if (code != SQLITE_OK) return code;
    if (page->key_length < 2) return SQLITE_CORRUPT;
    *found = (docket_indexed_word){page->key + 1, page->key_length - 1, head.documents};
    return SQLITE_OK;
}
