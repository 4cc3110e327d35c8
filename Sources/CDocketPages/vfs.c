/* The file system itself: databases and logs are looked at, the rest goes through. */
#include "files.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { SYSTEMS = 16, NAME_BYTES = 64 };

typedef struct {
    sqlite3_vfs vfs;
    sqlite3_vfs *below;
    int takes_unchecked;
    char name[NAME_BYTES];
} checking_vfs;

static checking_vfs systems[SYSTEMS];
static int system_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static checking_vfs *system_of(sqlite3_vfs *vfs) { return vfs->pAppData; }

static int open_file(sqlite3_vfs *vfs, sqlite3_filename path, sqlite3_file *file, int flags,
                     int *out) {
    checking_vfs *system = system_of(vfs);
    int is_database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
    /* A log of a database without checksums is as SQLite leaves it. */
    int is_log = (flags & SQLITE_OPEN_WAL) != 0 && !system->takes_unchecked;
    if (!path || !(is_database || is_log))
        return system->below->xOpen(system->below, path, file, flags, out);
    checked_file *made = checked(file);
    memset(made, 0, sizeof *made);
    int rc = system->below->xOpen(system->below, path, made->below, flags, out);
    if (rc != SQLITE_OK) return rc;
    rc = is_database ? docket_database_opened(made, system->takes_unchecked)
                     : docket_log_opened(made, path);
    if (rc == SQLITE_OK || made->log) /* SQLite closes what has methods, also after a failure */
        made->base.pMethods = is_database ? &docket_database_methods : &docket_log_methods;
    else
        made->below->pMethods->xClose(made->below);
    return rc;
}

static int delete_file(sqlite3_vfs *vfs, const char *path, int sync_directory) {
    checking_vfs *system = system_of(vfs);
    size_t length = strlen(path);
    if (length > 4 && strcmp(path + length - 4, "-wal") == 0) {
        int rc = docket_log_deleting(path);
        if (rc != SQLITE_OK) return rc;
    }
    return system->below->xDelete(system->below, path, sync_directory);
}

static int access_file(sqlite3_vfs *vfs, const char *path, int flags, int *out) {
    return system_of(vfs)->below->xAccess(system_of(vfs)->below, path, flags, out);
}
static int full_path(sqlite3_vfs *vfs, const char *path, int count, char *out) {
    return system_of(vfs)->below->xFullPathname(system_of(vfs)->below, path, count, out);
}
static int randomness(sqlite3_vfs *vfs, int count, char *out) {
    return system_of(vfs)->below->xRandomness(system_of(vfs)->below, count, out);
}
static int sleep_for(sqlite3_vfs *vfs, int microseconds) {
    return system_of(vfs)->below->xSleep(system_of(vfs)->below, microseconds);
}
static int current_time(sqlite3_vfs *vfs, double *out) {
    return system_of(vfs)->below->xCurrentTime(system_of(vfs)->below, out);
}
static int last_error(sqlite3_vfs *vfs, int count, char *out) {
    return system_of(vfs)->below->xGetLastError(system_of(vfs)->below, count, out);
}

static checking_vfs *register_above(sqlite3_vfs *under, int takes_unchecked) {
    if (system_count == SYSTEMS) return NULL;
    checking_vfs *made = &systems[system_count];
    const char *kind = takes_unchecked ? "docket-unchecked" : "docket";
    if (snprintf(made->name, NAME_BYTES, "%s/%s", kind, under->zName) >= NAME_BYTES) return NULL;
    made->below = under;
    made->takes_unchecked = takes_unchecked;
    made->vfs = (sqlite3_vfs){
        .iVersion = 1,
        .szOsFile = (int)sizeof(checked_file) + under->szOsFile,
        .mxPathname = under->mxPathname,
        .zName = made->name,
        .pAppData = made,
        .xOpen = open_file,
        .xDelete = delete_file,
        .xAccess = access_file,
        .xFullPathname = full_path,
        .xRandomness = randomness,
        .xSleep = sleep_for,
        .xCurrentTime = current_time,
        .xGetLastError = last_error,
    };
    if (sqlite3_vfs_register(&made->vfs, 0) != SQLITE_OK) return NULL;
    system_count++;
    return made;
}

const char *docket_pages_vfs(const char *name, int takes_unchecked) {
    sqlite3_vfs *under = sqlite3_vfs_find(name);
    if (!under) return NULL;
    checking_vfs *found = NULL;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < system_count && !found; i++)
        if (systems[i].below == under && systems[i].takes_unchecked == takes_unchecked)
            found = &systems[i];
    if (!found) found = register_above(under, takes_unchecked);
    pthread_mutex_unlock(&lock);
    return found ? found->name : NULL;
}

static _Atomic uint64_t written;

uint64_t docket_pages_written(void) { return atomic_load_explicit(&written, memory_order_relaxed); }

int docket_write_below(sqlite3_file *file, const void *from, int count, sqlite3_int64 at) {
    int rc = below(file)->pMethods->xWrite(below(file), from, count, at);
    if (rc == SQLITE_OK) atomic_fetch_add_explicit(&written, (uint64_t)count, memory_order_relaxed);
    return rc;
}

int docket_pass_size(sqlite3_file *file, sqlite3_int64 *size) {
    return below(file)->pMethods->xFileSize(below(file), size);
}
int docket_pass_lock(sqlite3_file *file, int level) {
    return below(file)->pMethods->xLock(below(file), level);
}
int docket_pass_unlock(sqlite3_file *file, int level) {
    return below(file)->pMethods->xUnlock(below(file), level);
}
int docket_pass_check_lock(sqlite3_file *file, int *held) {
    return below(file)->pMethods->xCheckReservedLock(below(file), held);
}
int docket_pass_control(sqlite3_file *file, int operation, void *argument) {
    return below(file)->pMethods->xFileControl(below(file), operation, argument);
}
int docket_pass_sector(sqlite3_file *file) {
    return below(file)->pMethods->xSectorSize(below(file));
}
int docket_pass_characteristics(sqlite3_file *file) {
    return below(file)->pMethods->xDeviceCharacteristics(below(file));
}
int docket_pass_shm_map(sqlite3_file *file, int region, int size, int extend,
                        void volatile **out) {
    return below(file)->pMethods->xShmMap(below(file), region, size, extend, out);
}
int docket_pass_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
    return below(file)->pMethods->xShmLock(below(file), offset, count, flags);
}
void docket_pass_shm_barrier(sqlite3_file *file) {
    below(file)->pMethods->xShmBarrier(below(file));
}
int docket_pass_shm_unmap(sqlite3_file *file, int deletes) {
    return below(file)->pMethods->xShmUnmap(below(file), deletes);
}
