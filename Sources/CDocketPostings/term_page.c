#include "term_page.h"

/* Reads the page that a statement finds. */
static int read_page(
    term_page *page, sqlite3_stmt *statement, const docket_reading *reading, uint32_t segment,
    const uint8_t *key, size_t length) {
    page->first_length = 0;
    page->key_length = 0;
    sqlite3_bind_int64(statement, 1, segment);
    int code = sqlite3_bind_blob(statement, 2, key, (int)length, SQLITE_STATIC);
    if (code == SQLITE_OK) code = sqlite3_step(statement);
    sqlite3_int64 place = 0;
    size_t first_length = 0;
    if (code == SQLITE_ROW) {
        const void *first = sqlite3_column_blob(statement, 0);
        first_length = (size_t)sqlite3_column_bytes(statement, 0);
        place = sqlite3_column_int64(statement, 1);
        bool is_right = first && first_length <= KEY_BYTES && place >= 0 && place <= UINT32_MAX;
        if (is_right) memcpy(page->first, first, first_length);
        code = is_right ? SQLITE_DONE : SQLITE_CORRUPT;
    }
    sqlite3_reset(statement);
    sqlite3_bind_null(statement, 2);
    if (code != SQLITE_DONE) return code;
    if (first_length == 0) return SQLITE_OK;
    code = read_by_id(reading->block, block_id(segment, (uint32_t)place), &page->bytes);
    if (code != SQLITE_OK) return code;
    if (page->bytes.used == 0) return SQLITE_CORRUPT;
    page->first_length = first_length;
    page->left = (byte_reader){page->bytes.bytes, page->bytes.bytes + page->bytes.used};
    return SQLITE_OK;
}

int term_page_find(
    term_page *page, const docket_reading *reading, uint32_t segment, const uint8_t *key,
    size_t length) {
    return read_page(page, reading->page, reading, segment, key, length);
}

int term_page_follow(term_page *page, const docket_reading *reading, uint32_t segment) {
    uint8_t first[KEY_BYTES];
    size_t length = page->first_length;
    memcpy(first, page->first, length);
    return read_page(page, reading->next_page, reading, segment, first, length);
}

int term_page_step(term_page *page) {
    byte_reader *left = &page->left;
    size_t before = page->key_length;
    page->key_length = 0;
    if (left->next == left->end) return SQLITE_OK;
    uint64_t shared, own, length;
    if (!take_varint(left, &shared) || !take_varint(left, &own)) return SQLITE_CORRUPT;
    if (shared > before || own == 0 || own > KEY_BYTES - shared) return SQLITE_CORRUPT;
    if (own > (uint64_t)(left->end - left->next)) return SQLITE_CORRUPT;
    /* Behind what they share a term is greater than the one before. */
    if (before > shared && left->next[0] <= page->key[shared]) return SQLITE_CORRUPT;
    memcpy(page->key + shared, left->next, own);
    left->next += own;
    if (!take_varint(left, &length) || length > (uint64_t)(left->end - left->next)) {
        return SQLITE_CORRUPT;
    }
    page->key_length = (size_t)(shared + own);
    page->row = left->next;
    page->row_length = (size_t)length;
    left->next += length;
    return SQLITE_OK;
}

void term_page_free(term_page *page) { buffer_free(&page->bytes); }

int compare_keys(const uint8_t *one, size_t one_length, const uint8_t *other, size_t other_length) {
    int order = memcmp(one, other, one_length < other_length ? one_length : other_length);
    if (order != 0) return order;
    return one_length < other_length ? -1 : one_length > other_length;
}

int read_term(
    const docket_reading *reading, uint32_t segment, const uint8_t *key, size_t length,
    byte_buffer *copy) {
    /* The page is read into the copy, of which only the row is left. */
    term_page page = {.bytes = *copy};
    int code = term_page_find(&page, reading, segment, key, length);
    int order = -1;
    while (code == SQLITE_OK && page.first_length > 0 && order < 0) {
        code = term_page_step(&page);
        if (code != SQLITE_OK || page.key_length == 0) break;
        order = compare_keys(page.key, page.key_length, key, length);
    }
    *copy = page.bytes;
    copy->used = 0;
    if (code != SQLITE_OK || order != 0) return code;
    memmove(copy->bytes, page.row, page.row_length);
    copy->used = page.row_length;
    return SQLITE_OK;
}
