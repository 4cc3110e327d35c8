#include <math.h>
#include <stdlib.h>

#include "rank.h"

/* b 0.5 serves titles and bodies of very different lengths better than the usual 0.75. */
static const double k1 = 1.2;
static const double b = 0.5;

/* The positions of a word in a row of a megabyte are read in 2 ms: few rows pass between looks. */
enum { UNITS_OF_ROW = UNITS_BETWEEN_LOOKS / 8 };

/* Places of docket_score's arguments after the table. */
enum { WORDS, DEMANDED, WANTED, TIMES, FIRST_WEIGHT };

/* What a query needs at every match. */
typedef struct {
    double rows;
    double average_words;
    work_watch watch;
    int phrase_count;
    /* Leading phrases of which a complete document has each; 0 where none is complete. */
    int demanded;
    /* What a complete document scores more. */
    double complete;
    struct {
        /* Negative until the phrase is counted. */
        double idf;
        /* How often it was asked for. */
        double times;
    } phrases[];
} query_statistics;

typedef struct {
    work_watch *watch;
    long long rows;
} phrase_count;

static int count_row(const Fts5ExtensionApi *api, Fts5Context *row, void *context) {
    (void)api;
    (void)row;
    phrase_count *count = context;
    count->rows++;
    return spend(count->watch, UNITS_OF_ROW);
}

static int count_phrase(
    const Fts5ExtensionApi *api, Fts5Context *match, int phrase, query_statistics *statistics) {
    phrase_count count = {.watch = &statistics->watch, .rows = 0};
    int code = api->xQueryPhrase(match, phrase, &count, count_row);
    if (code != SQLITE_OK) return code;
    double found = (double)count.rows;
    double others = statistics->rows > found ? statistics->rows - found : 0;
    statistics->phrases[phrase].idf = log(1 + (others + 0.5) / (found + 0.5));
    return SQLITE_OK;
}

/* No sum of scores of the wanted phrases comes to this. */
static int weigh_complete(
    const Fts5ExtensionApi *api, Fts5Context *match, int demanded, int wanted,
    query_statistics *statistics) {
    if (demanded < 1) return SQLITE_OK;
    statistics->demanded = demanded;
    for (int phrase = 0; phrase < wanted && phrase < statistics->phrase_count; phrase++) {
        int code = count_phrase(api, match, phrase, statistics);
        if (code != SQLITE_OK) return code;
        statistics->complete +=
            statistics->phrases[phrase].idf * statistics->phrases[phrase].times * (k1 + 1);
    }
    return SQLITE_OK;
}

static int make_statistics(
    const Fts5ExtensionApi *api, Fts5Context *match, query_statistics **made) {
    int phrases = api->xPhraseCount(match);
    size_t size =
        sizeof(query_statistics) + (size_t)phrases * sizeof(((query_statistics *)0)->phrases[0]);
    query_statistics *statistics = malloc(size);
    if (!statistics) return SQLITE_NOMEM;
    sqlite3_int64 rows = 0, words = 0;
    int code = api->xRowCount(match, &rows);
    if (code == SQLITE_OK) code = api->xColumnTotalSize(match, -1, &words);
    if (code != SQLITE_OK) {
        free(statistics);
        return code;
    }
    statistics->rows = rows > 0 ? (double)rows : 1;
    statistics->average_words = words > 0 ? (double)words / statistics->rows : 1;
    statistics->watch =
        (work_watch){.rank = api->xUserData(match), .units_left = UNITS_BETWEEN_LOOKS};
    statistics->phrase_count = phrases;
    statistics->demanded = 0;
    statistics->complete = 0;
    for (int i = 0; i < phrases; i++) {
        statistics->phrases[i].idf = -1;
        statistics->phrases[i].times = 1;
    }
    /* SQLite frees it, also when it fails to take it. */
    code = api->xSetAuxdata(match, statistics, free);
    *made = statistics;
    return code;
}

static void take_times(query_statistics *statistics, sqlite3_value *list) {
    const unsigned char *times = sqlite3_value_blob(list);
    int count = times ? sqlite3_value_bytes(list) : 0;
    for (int phrase = 0; phrase < count && phrase < statistics->phrase_count; phrase++) {
        statistics->phrases[phrase].times = times[phrase];
    }
}

/* How often the phrase stands in the matching row, each time as heavy as its column. */
static int frequency(
    const Fts5ExtensionApi *api, Fts5Context *match, int phrase, int weights,
    sqlite3_value **weight, work_watch *watch, double *sum) {
    Fts5PhraseIter place;
    int column, offset;
    *sum = 0;
    int code = api->xPhraseFirst(match, phrase, &place, &column, &offset);
    while (code == SQLITE_OK && column >= 0) {
        *sum += column < weights ? sqlite3_value_double(weight[column]) : 1;
        code = spend(watch, 1);
        if (code == SQLITE_OK) api->xPhraseNext(match, &place, &column, &offset);
    }
    return code;
}

static int words_of_match(
    const Fts5ExtensionApi *api, Fts5Context *match, int count, sqlite3_value **values,
    double *words) {
    if (count > WORDS && sqlite3_value_type(values[WORDS]) != SQLITE_NULL) {
        *words = sqlite3_value_double(values[WORDS]);
        return SQLITE_OK;
    }
    int size = 0;
    int code = api->xColumnSize(match, -1, &size);
    *words = size;
    return code;
}

static int score(
    const Fts5ExtensionApi *api, Fts5Context *match, int count, sqlite3_value **values,
    double *sum) {
    query_statistics *statistics = api->xGetAuxdata(match, 0);
    int code = SQLITE_OK;
    if (!statistics) {
        code = make_statistics(api, match, &statistics);
        if (code != SQLITE_OK) return code;
        int demanded = count > DEMANDED ? sqlite3_value_int(values[DEMANDED]) : 0;
        int wanted = count > WANTED ? sqlite3_value_int(values[WANTED]) : 0;
        if (count > TIMES) take_times(statistics, values[TIMES]);
        code = weigh_complete(api, match, demanded, wanted, statistics);
    }
    if (code != SQLITE_OK) return code;
    double words;
    code = words_of_match(api, match, count, values, &words);
    if (code != SQLITE_OK) return code;
    double norm = k1 * (1 - b + b * words / statistics->average_words);
    *sum = 0;
    int weights = count > FIRST_WEIGHT ? count - FIRST_WEIGHT : 0;
    int held = 0;
    for (int phrase = 0; phrase < statistics->phrase_count; phrase++) {
        double found;
        code = frequency(
            api, match, phrase, weights, values + FIRST_WEIGHT, &statistics->watch, &found);
        if (code != SQLITE_OK) return code;
        /* Phrases of excluded clauses are never found, nor counted. */
        if (found <= 0) continue;
        if (phrase < statistics->demanded) held++;
        if (statistics->phrases[phrase].idf < 0) {
            code = count_phrase(api, match, phrase, statistics);
            if (code != SQLITE_OK) return code;
        }
        double weight = statistics->phrases[phrase].idf * statistics->phrases[phrase].times;
        *sum += weight * found * (k1 + 1) / (found + norm);
    }
    if (statistics->demanded > 0 && held == statistics->demanded) *sum += statistics->complete;
    return SQLITE_OK;
}

void docket_score(
    const Fts5ExtensionApi *api, Fts5Context *match, sqlite3_context *result, int count,
    sqlite3_value **values) {
    double sum = 0;
    int code = score(api, match, count, values, &sum);
    if (code == SQLITE_OK) {
        sqlite3_result_double(result, sum);
    } else {
        sqlite3_result_error_code(result, code);
    }
}
