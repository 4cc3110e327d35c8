#pragma once

#include "codec.h"

/* Terms of a segment with their rows, as many as fit a page, in ascending order.
 *
 * For each: how many bytes of its key it shares with the one before, how many others it has, those,
 * the length of its row, the row; all numbers are varints. */
typedef struct {
    /* The first term of the page, by which it is found. */
    uint8_t first[KEY_BYTES];
    size_t first_length;
    byte_buffer bytes;
    byte_reader left;
    /* The term under way; none where `key_length` is 0. */
    uint8_t key[KEY_BYTES];
    size_t key_length;
    const uint8_t *row;
    size_t row_length;
} term_page;

/* Reads the page that has a term if the segment does; none where `first_length` is 0. */
int term_page_find(
    term_page *page, const docket_reading *reading, uint32_t segment, const uint8_t *key,
    size_t length);

/* Reads the page after this one; none where `first_length` is 0. */
int term_page_follow(term_page *page, const docket_reading *reading, uint32_t segment);

/* Goes to the next term of the page. */
int term_page_step(term_page *page);

void term_page_free(term_page *page);

/* How one key stands to another. */
int compare_keys(const uint8_t *one, size_t one_length, const uint8_t *other, size_t other_length);

/* The row of a term, copied; `copy->used` is 0 where the segment has none. */
int read_term(
    const docket_reading *reading, uint32_t segment, const uint8_t *key, size_t length,
    byte_buffer *copy);
