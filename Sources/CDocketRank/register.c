#include <stdlib.h>

#include "rank.h"

/* FTS5 hands out its interface through a pointer that a statement binds. */
static int find_fts5(sqlite3 *connection, fts5_api **api) {
    sqlite3_stmt *statement = NULL;
    *api = NULL;
    int code = sqlite3_prepare_v2(connection, "SELECT fts5(?1)", -1, &statement, NULL);
    if (code != SQLITE_OK) return code;
    sqlite3_bind_pointer(statement, 1, (void *)api, "fts5_api_ptr", NULL);
    sqlite3_step(statement);
    code = sqlite3_finalize(statement);
    if (code != SQLITE_OK) return code;
    return *api ? SQLITE_OK : SQLITE_ERROR;
}

int docket_rank_register(sqlite3 *connection, docket_rank **rank) {
    fts5_api *api;
    int code = find_fts5(connection, &api);
    if (code != SQLITE_OK) return code;
    docket_rank *made = calloc(1, sizeof *made);
    if (!made) return SQLITE_NOMEM;
    fts5_tokenizer tokenizer = docket_fts_tokenizer;
    code = api->xCreateTokenizer(api, "docket", made, &tokenizer, free);
    if (code != SQLITE_OK) {
        free(made);
        return code;
    }
    /* From here on the connection owns `made`. */
    *rank = made;
    return api->xCreateFunction(api, "docket_score", made, docket_score, NULL);
}

long long docket_rank_take_words(docket_rank *rank) {
    long long words = rank->words;
    rank->words = 0;
    return words;
}

void docket_rank_watch(docket_rank *rank, int (*is_stopped)(void *), void *context) {
    rank->is_stopped = is_stopped;
    rank->context = context;
}
