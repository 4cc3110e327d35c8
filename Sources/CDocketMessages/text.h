#ifndef DOCKET_TEXT_CHECK_H
#define DOCKET_TEXT_CHECK_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
    DOCKET_TEXT_GOOD,
    DOCKET_TEXT_WITH_NUL,
    /* Not UTF-8. */
    DOCKET_TEXT_BROKEN,
} docket_text_state;

/* Whether the bytes are UTF-8 as Unicode has it: no surrogates, nothing longer than it need be. */
docket_text_state docket_check_text(const uint8_t *at, const uint8_t *end);

/* Undoes `docket_replace_nul`. */
void docket_put_nul(uint8_t *bytes, size_t count);

#endif
