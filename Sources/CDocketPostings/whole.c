#include "whole.h"

/* As much of a word as there is room for. */
static size_t fitting(const docket_word *word, size_t room) {
    if (word->folded_length <= room) return word->folded_length;
    while (room > 0 && (word->folded[room] & 0xC0) == 0x80) room--;
    return room;
}

int fold_whole(
    docket_tokenizer *tokenizer, work_watch *watch, uint8_t *whole, size_t *used) {
    docket_word word;
    *used = 0;
    while (*used + 1 < DOCKET_WHOLE_BYTES && docket_tokenizer_next(tokenizer, &word)) {
        int code = spend(watch, UNITS_OF_WORD);
        if (code != SQLITE_OK) return code;
        if (*used > 0) whole[(*used)++] = ' ';
        size_t kept = fitting(&word, DOCKET_WHOLE_BYTES - *used);
        memcpy(whole + *used, word.folded, kept);
        *used += kept;
        if (kept < word.folded_length) break;
    }
    return SQLITE_OK;
}
