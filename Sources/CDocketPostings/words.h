#pragma once

#include "term_page.h"

/* The terms of one vocabulary in one segment; the one under way is that of the page. */
struct docket_words {
    docket_reading reading;
    uint32_t segment;
    /* The lists that the vocabulary has. */
    uint8_t kind;
    work_watch watch;
    term_page page;
};

static inline uint8_t list_of(docket_vocabulary vocabulary) {
    switch (vocabulary) {
    case DOCKET_WHOLES: return WHOLE_LIST;
    case DOCKET_REVERSED_STEMS: return REVERSED_LIST;
    default: return WORD_LIST;
    }
}

/* Goes on to the next term of the segment, of any list; none where the segment ends. */
int words_step(docket_words *words);
