#pragma once

#include <sqlite3.h>

#include "docket_rank.h"

struct docket_rank {
    long long words;
    int (*is_stopped)(void *);
    void *context;
};

/* Looks after so much work whether the rest is still wanted; a unit takes some 10 ns. */
typedef struct {
    docket_rank *rank;
    int units_left;
} work_watch;

enum { UNITS_BETWEEN_LOOKS = 4096 };

/* SQLITE_INTERRUPT once the work is no longer wanted. */
static inline int spend(work_watch *watch, int units) {
    if ((watch->units_left -= units) > 0) return SQLITE_OK;
    watch->units_left = UNITS_BETWEEN_LOOKS;
    const docket_rank *rank = watch->rank;
    return rank->is_stopped && rank->is_stopped(rank->context) ? SQLITE_INTERRUPT : SQLITE_OK;
}

/* The tokenizer as FTS5 sees it; its context is a docket_rank. */
extern const fts5_tokenizer docket_fts_tokenizer;

/* docket_score; its user data is a docket_rank. */
void docket_score(
    const Fts5ExtensionApi *api, Fts5Context *match, sqlite3_context *result, int count,
    sqlite3_value **values);
