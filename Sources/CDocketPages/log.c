/* Write-ahead logs: what was written is what is read, and what was durable is there.
 *
 * SQLite keeps sums of the frames of a log, but looks at them only when it recovers the log, and
 * takes a frame with a wrong one for the end. The checksum cannot be in the page itself, whose
 * bytes SQLite has summed up before they come here. */
#include "files.h"
#include "seal.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOG_HEADER = 32,   /* magic, version, size of a page, count, two salts, two sums */
    FRAME_HEADER = 24, /* page, pages after a commit or 0, two salts, two sums */
    FRAME = FRAME_HEADER + DOCKET_PAGE_BYTES,
    CHUNK = 1024,
    CHUNKS = 1024, /* 4 GiB; of frames beyond nothing is known */
    BUCKETS = 512,
};

/* What all connections of the process to one log know of it. */
typedef struct docket_log {
    struct docket_log *next;
    char *path;
    int users;
    pthread_mutex_t lock;
    uint64_t *sums[CHUNKS]; /* of the page of each frame; 0 while unknown */
    int seal;               /* the file, or -1 */
    docket_seal begun;      /* as far as the last frame of a commit whose header was written */
    docket_seal written;    /* as far as the last commit */
    docket_seal sealed;     /* as the file says */
} docket_log;

static docket_log *logs[BUCKETS];
static pthread_mutex_t logs_lock = PTHREAD_MUTEX_INITIALIZER;

static docket_log **bucket_of(const char *path) {
    return &logs[docket_xxh64((const unsigned char *)path, strlen(path), 0) % BUCKETS];
}

static uint64_t page_sum(const unsigned char *page) {
    uint64_t sum = docket_xxh64(page, DOCKET_PAGE_BYTES, 0);
    return sum ? sum : 1;
}

/* Where the sum of a frame's page is kept; NULL where none can be. */
static uint64_t *sum_of(docket_log *log, sqlite3_int64 frame, int makes) {
    if (frame / CHUNK >= CHUNKS) return NULL;
    uint64_t **chunk = &log->sums[frame / CHUNK];
    if (!*chunk && makes) *chunk = calloc(CHUNK, sizeof **chunk);
    return *chunk ? &(*chunk)[frame % CHUNK] : NULL;
}

static void forget_sums(docket_log *log, sqlite3_int64 from) {
    for (sqlite3_int64 frame = from; frame < (sqlite3_int64)CHUNK * CHUNKS; frame++) {
        uint64_t *sum = sum_of(log, frame, 0);
        if (sum) *sum = 0;
        else frame = (frame / CHUNK + 1) * CHUNK - 1;
    }
}

/* A frame of the log, and where in it a place is. */
typedef struct {
    sqlite3_int64 frame;
    int offset;
} place;

static place place_of(sqlite3_int64 at) {
    return (place){(at - LOG_HEADER) / FRAME, (int)((at - LOG_HEADER) % FRAME)};
}

static int is_page(place p, int count) {
    return p.offset == FRAME_HEADER && count == DOCKET_PAGE_BYTES;
}

static int log_read(sqlite3_file *file, void *to, int count, sqlite3_int64 at) {
    docket_log *log = checked(file)->log;
    int rc = below(file)->pMethods->xRead(below(file), to, count, at);
    if (rc != SQLITE_OK || at < LOG_HEADER) return rc;
    place p = place_of(at);
    int is_frame = p.offset == 0 && count == FRAME; /* when SQLite recovers the log */
    if (!is_frame && !is_page(p, count)) return rc;
    uint64_t found = page_sum((unsigned char *)to + (is_frame ? FRAME_HEADER : 0));
    pthread_mutex_lock(&log->lock);
    uint64_t *sum = sum_of(log, p.frame, is_frame);
    if (sum && *sum && *sum != found) rc = SQLITE_IOERR_DATA;
    if (sum && is_frame && !*sum) *sum = found;
    pthread_mutex_unlock(&log->lock);
    return rc;
}

/* Keeps what a write that `wrote` says of the log. */
static void note_write(docket_log *log, const unsigned char *from, int count, sqlite3_int64 at,
                       int wrote) {
    if (at < LOG_HEADER) return;
    place p = place_of(at);
    if (p.offset == 0 && count == FRAME_HEADER) {
        if (wrote && read_be32(from + 4) != 0) {
            log->begun.frames = (uint32_t)p.frame + 1;
            memcpy(log->begun.salts, from + 8, sizeof log->begun.salts);
            memcpy(log->begun.sums, from + 16, sizeof log->begun.sums);
        }
        return;
    }
    /* The log may be synchronized inside a frame that only fills a sector: it is not in it yet. */
    place end_of_write = place_of(at + count);
    if (wrote && end_of_write.offset == 0 && end_of_write.frame == (sqlite3_int64)log->begun.frames)
        log->written = log->begun;
    /* Pages come in one piece, but where the log is synchronized in between. */
    int is_whole = wrote && is_page(p, count);
    for (sqlite3_int64 end = at + count; at < end; at += FRAME, p = place_of(at)) {
        uint64_t *sum = sum_of(log, p.frame, is_whole);
        if (sum) *sum = is_whole ? page_sum(from) : 0;
        at -= p.offset;
    }
}

static int log_write(sqlite3_file *file, const void *from, int count, sqlite3_int64 at) {
    docket_log *log = checked(file)->log;
    int rc = docket_write_below(file, from, count, at);
    pthread_mutex_lock(&log->lock);
    note_write(log, from, count, at, rc == SQLITE_OK);
    pthread_mutex_unlock(&log->lock);
    return rc;
}

static int log_sync(sqlite3_file *file, int flags) {
    docket_log *log = checked(file)->log;
    pthread_mutex_lock(&log->lock);
    docket_seal end = log->written;
    pthread_mutex_unlock(&log->lock);
    int rc = below(file)->pMethods->xSync(below(file), flags);
    if (rc != SQLITE_OK) return rc;
    pthread_mutex_lock(&log->lock);
    if (memcmp(&end, &log->sealed, sizeof end) != 0) {
        log->sealed = end;
        /* One that stays as it was would call a later log too short. */
        if (!docket_seal_write(log->seal, &end, 0)) docket_seal_drop(&log->seal, log->path);
    }
    pthread_mutex_unlock(&log->lock);
    return rc;
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size) {
    docket_log *log = checked(file)->log;
    sqlite3_int64 frames = size <= LOG_HEADER ? 0 : (size - LOG_HEADER) / FRAME;
    int rc = SQLITE_OK;
    pthread_mutex_lock(&log->lock);
    forget_sums(log, frames);
    if (log->sealed.frames > frames) {
        docket_seal none = {0};
        if (docket_seal_write(log->seal, &none, 1)) log->sealed = log->written = log->begun = none;
        else rc = SQLITE_IOERR_TRUNCATE;
    }
    pthread_mutex_unlock(&log->lock);
    return rc == SQLITE_OK ? below(file)->pMethods->xTruncate(below(file), size) : rc;
}

static int log_close(sqlite3_file *file) {
    docket_log *log = checked(file)->log;
    pthread_mutex_lock(&logs_lock);
    if (--log->users == 0) {
        docket_log **place = bucket_of(log->path);
        while (*place != log) place = &(*place)->next;
        *place = log->next;
        docket_seal_close(log->seal);
        pthread_mutex_destroy(&log->lock);
        for (int i = 0; i < CHUNKS; i++) free(log->sums[i]);
        free(log->path);
        free(log);
    }
    pthread_mutex_unlock(&logs_lock);
    return below(file)->pMethods->xClose(below(file));
}

const sqlite3_io_methods docket_log_methods = {
    DOCKET_PASSED_METHODS,
    .xClose = log_close,
    .xRead = log_read,
    .xWrite = log_write,
    .xTruncate = log_truncate,
    .xSync = log_sync,
};

/* The sums of SQLite's file format ("WAL File Format"): over pairs of words, in the order of bytes
 * that the log's magic number tells. */
static void add_sums(const unsigned char *bytes, int count, int is_big, uint32_t sums[2]) {
    for (int i = 0; i < count; i += 8) {
        uint32_t pair[2];
        for (int j = 0; j < 2; j++) {
            uint32_t word = read_be32(bytes + i + 4 * j);
            pair[j] = is_big ? word : __builtin_bswap32(word);
        }
        sums[0] += pair[0] + sums[1];
        sums[1] += pair[1] + sums[0];
    }
}

static int has_sums(const unsigned char *at, const uint32_t sums[2]) {
    return read_be32(at) == sums[0] && read_be32(at + 4) == sums[1];
}

/* Whether the log has all that its seal says was durable. */
static int is_whole(sqlite3_file *file, const docket_seal *seal) {
    unsigned char header[LOG_HEADER];
    unsigned char frame[FRAME];
    uint32_t sums[2] = {0, 0};
    if (seal->frames == 0) return 1;
    if (file->pMethods->xRead(file, header, LOG_HEADER, 0) != SQLITE_OK) return 0;
    uint32_t magic = read_be32(header);
    int is_big = (int)(magic & 1);
    add_sums(header, LOG_HEADER - 8, is_big, sums);
    if ((magic & ~1u) != 0x377F0682 || read_be32(header + 8) != DOCKET_PAGE_BYTES
        || !has_sums(header + LOG_HEADER - 8, sums))
        return 0;
    /* A log that began anew holds what came after all of the sealed one was in the database. */
    if (read_be32(header + 16) == read_be32(seal->salts) + 1) return 1;
    if (memcmp(header + 16, seal->salts, sizeof seal->salts) != 0) return 0;
    sqlite3_int64 at = LOG_HEADER;
    for (uint32_t i = 0; i < seal->frames; i++, at += FRAME) {
        if (file->pMethods->xRead(file, frame, FRAME, at) != SQLITE_OK) return 0;
        add_sums(frame, 8, is_big, sums);
        add_sums(frame + FRAME_HEADER, DOCKET_PAGE_BYTES, is_big, sums);
        if (memcmp(frame + 8, seal->salts, sizeof seal->salts) != 0
            || !has_sums(frame + 16, sums))
            return 0;
    }
    return memcmp(frame + 16, seal->sums, sizeof seal->sums) == 0;
}

static docket_log *make_log(const char *path) {
    docket_log *log = calloc(1, sizeof *log);
    if (!log) return NULL;
    log->path = strdup(path);
    if (!log->path) {
        free(log);
        return NULL;
    }
    pthread_mutex_init(&log->lock, NULL);
    log->seal = docket_seal_open(path, 1);
    docket_seal_read(log->seal, &log->sealed);
    log->written = log->sealed;
    docket_log **bucket = bucket_of(path);
    log->next = *bucket;
    *bucket = log;
    return log;
}

int docket_log_opened(checked_file *file, const char *path) {
    int rc = SQLITE_OK;
    pthread_mutex_lock(&logs_lock);
    docket_log *log = *bucket_of(path);
    while (log && strcmp(log->path, path) != 0) log = log->next;
    if (!log) {
        log = make_log(path);
        if (!log) rc = SQLITE_NOMEM;
    }
    if (rc == SQLITE_OK) {
        log->users++;
        file->log = log;
        /* Only before anybody else of this process writes to it. */
        if (log->users == 1 && !is_whole(file->below, &log->sealed)) rc = SQLITE_IOERR_DATA;
    }
    pthread_mutex_unlock(&logs_lock);
    return rc;
}

int docket_log_deleting(const char *path) {
    docket_seal seal;
    int file = docket_seal_open(path, 0);
    docket_seal_read(file, &seal);
    docket_seal none = {0};
    int is_done = seal.frames == 0 || docket_seal_write(file, &none, 1);
    docket_seal_close(file);
    return is_done ? SQLITE_OK : SQLITE_IOERR_DELETE;
}
