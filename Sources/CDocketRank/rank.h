#pragma once

#include <sqlite3.h>

#include "docket_rank.h"

struct docket_rank {
    long long words;
    int (*is_stopped)(void *);
    void *context;
};

/* The tokenizer as FTS5 sees it; its context is a docket_rank. */
extern const fts5_tokenizer docket_fts_tokenizer;

/* docket_score; its user data is a docket_rank. */
void docket_score(
    const Fts5ExtensionApi *api, Fts5Context *match, sqlite3_context *result, int count,
    sqlite3_value **values);
