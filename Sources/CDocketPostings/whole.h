#pragma once

#include <docket_text.h>

#include "codec.h"

/* Writes the folded words of the text that the tokenizer was started with, a space between two, at
 * most DOCKET_WHOLE_BYTES, where it is cut at a code point. */
int fold_whole(docket_tokenizer *tokenizer, work_watch *watch, uint8_t *whole, size_t *used);
