#pragma once

#include "docket_text.h"
#include "letters.h"

/* The last letters of a script that is searched by grams. */
typedef struct {
    /* Where the last letter ends in the text; SIZE_MAX without one. */
    size_t end;
    docket_script script;
    /* Whether the run ends with the last letter. */
    bool has_ended;
    /* The run has more letters or bytes than its gram may have. */
    bool is_long;
    unsigned letters;
    /* The letter before the last, if it stands right before it, and the last one. */
    unsigned char pair[2 * DOCKET_WORD_BYTES];
    size_t before_length;
    size_t last_length;
    /* All letters of the run, behind the mark. */
    unsigned char run[DOCKET_WORD_BYTES];
    size_t run_length;
} letter_run;

/* Takes the next letter, folded, which stands at [start, end) of the text. */
docket_word_kind letter_run_add(
    letter_run *run, docket_script script, size_t start, size_t end, const unsigned char *folded,
    size_t length);

/* Whether a letter of this script, right after the last, goes on with the run. */
bool letter_run_goes_on(const letter_run *run, docket_script script);

/* A gram that ends with the last letter; NULL when there are no more. */
const unsigned char *letter_run_gram(const letter_run *run, unsigned number, size_t *length);
