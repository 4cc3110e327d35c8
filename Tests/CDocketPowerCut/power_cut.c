/* Written and not yet synced blocks of a file are kept by path, shared by all handles of the
 * process and kept when the last handle closes: only a sync moves them to the file below. */
#include "docket_power_cut.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 4096, PATHS = 4096 };

typedef struct block {
    sqlite3_int64 number;
    struct block *next;
    unsigned char bytes[BLOCK];
} block;

enum { BUCKETS = 1024 };

typedef struct overlay {
    char *path;
    struct overlay *next;
    sqlite3_int64 size; /* logical; -1 while nothing is written and the file below decides */
    block *buckets[BUCKETS];
} overlay;

typedef struct {
    sqlite3_file base;
    overlay *overlay; /* NULL for temporary files */
    sqlite3_file below[];
} power_cut_file;

static sqlite3_vfs *below_vfs;
static sqlite3_vfs this_vfs;
static overlay *overlays[PATHS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static unsigned path_bucket(const char *path) {
    unsigned hash = 5381;
    for (; *path; path++) hash = hash * 33 + (unsigned char)*path;
    return hash % PATHS;
}

static overlay *overlay_of(const char *path) {
    overlay **place = &overlays[path_bucket(path)];
    for (overlay *o = *place; o; o = o->next)
        if (strcmp(o->path, path) == 0) return o;
    overlay *o = calloc(1, sizeof *o);
    if (!o) return NULL;
    o->path = strdup(path);
    o->size = -1;
    o->next = *place;
    *place = o;
    return o;
}

static void drop_blocks(overlay *o, sqlite3_int64 from) {
    for (int i = 0; i < BUCKETS; i++)
        for (block **b = &o->buckets[i]; *b;) {
            if ((*b)->number < from) { b = &(*b)->next; continue; }
            block *gone = *b;
            *b = gone->next;
            free(gone);
        }
}

static block *find_block(overlay *o, sqlite3_int64 number) {
    for (block *b = o->buckets[number % BUCKETS]; b; b = b->next)
        if (b->number == number) return b;
    return NULL;
}

static int below_read(sqlite3_file *f, void *to, int count, sqlite3_int64 at) {
    int rc = f->pMethods->xRead(f, to, count, at);
    return rc == SQLITE_IOERR_SHORT_READ ? SQLITE_OK : rc; /* zero-filled by the VFS below */
}

static int logical_size(power_cut_file *p, sqlite3_int64 *size) {
    if (p->overlay->size >= 0) { *size = p->overlay->size; return SQLITE_OK; }
    return p->below->pMethods->xFileSize(p->below, size);
}

static int make_block(power_cut_file *p, sqlite3_int64 number, block **out) {
    block *b = find_block(p->overlay, number);
    if (!b) {
        b = calloc(1, sizeof *b);
        if (!b) return SQLITE_IOERR_NOMEM;
        b->number = number;
        int rc = below_read(p->below, b->bytes, BLOCK, number * BLOCK);
        if (rc != SQLITE_OK) { free(b); return rc; }
        block **bucket = &p->overlay->buckets[number % BUCKETS];
        b->next = *bucket;
        *bucket = b;
    }
    *out = b;
    return SQLITE_OK;
}

static int read_locked(power_cut_file *p, unsigned char *to, int count, sqlite3_int64 at) {
    sqlite3_int64 size = 0;
    int rc = logical_size(p, &size);
    if (rc != SQLITE_OK) return rc;
    memset(to, 0, (size_t)count);
    int available = at >= size ? 0 : (size - at < count ? (int)(size - at) : count);
    for (int done = 0; done < available;) {
        sqlite3_int64 number = (at + done) / BLOCK;
        int offset = (int)((at + done) % BLOCK);
        int part = BLOCK - offset < available - done ? BLOCK - offset : available - done;
        block *b = find_block(p->overlay, number);
        if (b) memcpy(to + done, b->bytes + offset, (size_t)part);
        else if ((rc = below_read(p->below, to + done, part, at + done)) != SQLITE_OK) return rc;
        done += part;
    }
    return available < count ? SQLITE_IOERR_SHORT_READ : SQLITE_OK;
}

static int write_locked(power_cut_file *p, const unsigned char *from, int count, sqlite3_int64 at) {
    sqlite3_int64 size = 0;
    int rc = logical_size(p, &size);
    for (int done = 0; rc == SQLITE_OK && done < count;) {
        int offset = (int)((at + done) % BLOCK);
        int part = BLOCK - offset < count - done ? BLOCK - offset : count - done;
        block *b;
        rc = make_block(p, (at + done) / BLOCK, &b);
        if (rc == SQLITE_OK) memcpy(b->bytes + offset, from + done, (size_t)part);
        done += part;
    }
    if (rc == SQLITE_OK) p->overlay->size = at + count > size ? at + count : size;
    return rc;
}

static int truncate_locked(power_cut_file *p, sqlite3_int64 size) {
    sqlite3_int64 before = 0;
    int rc = logical_size(p, &before);
    if (rc != SQLITE_OK) return rc;
    drop_blocks(p->overlay, (size + BLOCK - 1) / BLOCK);
    /* What lies below and beyond the new end must read as zeros if the file grows again. */
    for (sqlite3_int64 at = size; at < before; at = (at / BLOCK + 1) * BLOCK) {
        block *b;
        rc = make_block(p, at / BLOCK, &b);
        if (rc != SQLITE_OK) return rc;
        memset(b->bytes + at % BLOCK, 0, (size_t)(BLOCK - at % BLOCK));
    }
    p->overlay->size = size;
    return SQLITE_OK;
}

static int sync_locked(power_cut_file *p) {
    if (p->overlay->size < 0) return SQLITE_OK;
    sqlite3_int64 size = p->overlay->size;
    int rc = SQLITE_OK;
    for (int i = 0; i < BUCKETS; i++)
        for (block *b = p->overlay->buckets[i]; b && rc == SQLITE_OK; b = b->next) {
            sqlite3_int64 at = b->number * BLOCK;
            if (at >= size) continue;
            int part = size - at < BLOCK ? (int)(size - at) : BLOCK;
            rc = p->below->pMethods->xWrite(p->below, b->bytes, part, at);
        }
    if (rc == SQLITE_OK) rc = p->below->pMethods->xTruncate(p->below, size);
    if (rc != SQLITE_OK) return rc;
    drop_blocks(p->overlay, 0);
    p->overlay->size = -1;
    return SQLITE_OK;
}

#define LOCKED(expression) \
    power_cut_file *p = (power_cut_file *)file; \
    pthread_mutex_lock(&lock); \
    int rc = (expression); \
    pthread_mutex_unlock(&lock); \
    return rc

static int pc_close(sqlite3_file *file) {
    power_cut_file *p = (power_cut_file *)file;
    return p->below->pMethods->xClose(p->below);
}
static int pc_read(sqlite3_file *file, void *to, int count, sqlite3_int64 at) {
    LOCKED(read_locked(p, to, count, at));
}
static int pc_write(sqlite3_file *file, const void *from, int count, sqlite3_int64 at) {
    LOCKED(write_locked(p, from, count, at));
}
static int pc_truncate(sqlite3_file *file, sqlite3_int64 size) { LOCKED(truncate_locked(p, size)); }
static int pc_size(sqlite3_file *file, sqlite3_int64 *size) { LOCKED(logical_size(p, size)); }
static int pc_sync(sqlite3_file *file, int flags) {
    LOCKED(sync_locked(p) != SQLITE_OK
               ? SQLITE_IOERR_FSYNC
               : p->below->pMethods->xSync(p->below, flags));
}
static int pc_lock(sqlite3_file *file, int level) {
    power_cut_file *p = (power_cut_file *)file;
    return p->below->pMethods->xLock(p->below, level);
}
static int pc_unlock(sqlite3_file *file, int level) {
    power_cut_file *p = (power_cut_file *)file;
    return p->below->pMethods->xUnlock(p->below, level);
}
static int pc_check_lock(sqlite3_file *file, int *held) {
    power_cut_file *p = (power_cut_file *)file;
    return p->below->pMethods->xCheckReservedLock(p->below, held);
}
static int pc_control(sqlite3_file *file, int operation, void *argument) {
    power_cut_file *p = (power_cut_file *)file;
    /* Growing the file below ahead of the writes would make its size durable too early. */
    if (operation == SQLITE_FCNTL_SIZE_HINT || operation == SQLITE_FCNTL_CHUNK_SIZE)
        return SQLITE_OK;
    return p->below->pMethods->xFileControl(p->below, operation, argument);
}
static int pc_sector(sqlite3_file *file) {
    power_cut_file *p = (power_cut_file *)file;
    return p->below->pMethods->xSectorSize(p->below);
}
static int pc_characteristics(sqlite3_file *file) {
    (void)file;
    return 0; /* promises nothing: no atomic writes, no safe append, no power-safe overwrite */
}
static int pc_shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **out) {
    power_cut_file *p = (power_cut_file *)file;
    return p->below->pMethods->xShmMap(p->below, region, size, extend, out);
}
static int pc_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
    power_cut_file *p = (power_cut_file *)file;
    return p->below->pMethods->xShmLock(p->below, offset, count, flags);
}
static void pc_shm_barrier(sqlite3_file *file) {
    power_cut_file *p = (power_cut_file *)file;
    p->below->pMethods->xShmBarrier(p->below);
}
static int pc_shm_unmap(sqlite3_file *file, int delete) {
    power_cut_file *p = (power_cut_file *)file;
    return p->below->pMethods->xShmUnmap(p->below, delete);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = pc_close,
    .xRead = pc_read,
    .xWrite = pc_write,
    .xTruncate = pc_truncate,
    .xSync = pc_sync,
    .xFileSize = pc_size,
    .xLock = pc_lock,
    .xUnlock = pc_unlock,
    .xCheckReservedLock = pc_check_lock,
    .xFileControl = pc_control,
    .xSectorSize = pc_sector,
    .xDeviceCharacteristics = pc_characteristics,
    .xShmMap = pc_shm_map,
    .xShmLock = pc_shm_lock,
    .xShmBarrier = pc_shm_barrier,
    .xShmUnmap = pc_shm_unmap,
};

static int pc_open(sqlite3_vfs *vfs, sqlite3_filename path, sqlite3_file *file, int flags,
                   int *out) {
    (void)vfs;
    power_cut_file *p = (power_cut_file *)file;
    memset(p, 0, sizeof *p);
    /* A temporary file has no path, and none of it is kept. */
    if (!path) return below_vfs->xOpen(below_vfs, path, file, flags, out);
    int rc = below_vfs->xOpen(below_vfs, path, p->below, flags, out);
    if (rc != SQLITE_OK) return rc;
    pthread_mutex_lock(&lock);
    p->overlay = overlay_of(path);
    pthread_mutex_unlock(&lock);
    if (!p->overlay) {
        p->below->pMethods->xClose(p->below);
        return SQLITE_NOMEM;
    }
    p->base.pMethods = &methods;
    return SQLITE_OK;
}

static int pc_delete(sqlite3_vfs *vfs, const char *path, int sync_directory) {
    (void)vfs;
    int rc = below_vfs->xDelete(below_vfs, path, sync_directory);
    if (rc != SQLITE_OK) return rc;
    pthread_mutex_lock(&lock);
    overlay *o = overlay_of(path);
    if (o) {
        drop_blocks(o, 0);
        o->size = -1;
    }
    pthread_mutex_unlock(&lock);
    return SQLITE_OK;
}

int docket_power_cut_register(void) {
    below_vfs = sqlite3_vfs_find(NULL);
    if (!below_vfs) return SQLITE_ERROR;
    this_vfs = *below_vfs;
    this_vfs.zName = DOCKET_POWER_CUT_VFS;
    this_vfs.pNext = NULL;
    this_vfs.szOsFile = (int)sizeof(power_cut_file) + below_vfs->szOsFile;
    this_vfs.xOpen = pc_open;
    this_vfs.xDelete = pc_delete;
    return sqlite3_vfs_register(&this_vfs, 0);
}
