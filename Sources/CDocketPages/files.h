#pragma once

#include "docket_pages.h"

#include <sqlite3.h>

/* A file of the checking file system: a database, or its log. */
typedef struct checked_file {
    sqlite3_file base;
    docket_file_state state;  /* of a database */
    struct docket_log *log;   /* of a log; shared by all connections to it */
    sqlite3_file below[];
} checked_file;

static inline checked_file *checked(sqlite3_file *file) { return (checked_file *)file; }
static inline sqlite3_file *below(sqlite3_file *file) { return checked(file)->below; }

/* Numbers as SQLite's files have them. */
static inline uint32_t read_be32(const unsigned char *b) {
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* Methods of a database: reads look at checksums, writes put them. */
extern const sqlite3_io_methods docket_database_methods;
/* Looks at the header of a database that was just opened. */
int docket_database_opened(checked_file *file, int takes_unchecked);

/* Methods of a write-ahead log. */
extern const sqlite3_io_methods docket_log_methods;
/* Finds what is known of the log that was just opened, and whether it is whole. */
int docket_log_opened(checked_file *file, const char *path);
/* The log will be deleted: nothing is to be found in it from now on. */
int docket_log_deleting(const char *path);

/* Passes a write on and counts its bytes. */
int docket_write_below(sqlite3_file *file, const void *from, int count, sqlite3_int64 at);

/* What neither changes. */
int docket_pass_size(sqlite3_file *, sqlite3_int64 *);
int docket_pass_lock(sqlite3_file *, int);
int docket_pass_unlock(sqlite3_file *, int);
int docket_pass_check_lock(sqlite3_file *, int *);
int docket_pass_control(sqlite3_file *, int, void *);
int docket_pass_sector(sqlite3_file *);
int docket_pass_characteristics(sqlite3_file *);
int docket_pass_shm_map(sqlite3_file *, int, int, int, void volatile **);
int docket_pass_shm_lock(sqlite3_file *, int, int, int);
void docket_pass_shm_barrier(sqlite3_file *);
int docket_pass_shm_unmap(sqlite3_file *, int);

#define DOCKET_PASSED_METHODS \
    .iVersion = 2, /* no memory mapping, whose pages nobody looks at */ \
    .xFileSize = docket_pass_size, .xLock = docket_pass_lock, .xUnlock = docket_pass_unlock, \
    .xCheckReservedLock = docket_pass_check_lock, .xFileControl = docket_pass_control, \
    .xSectorSize = docket_pass_sector, .xDeviceCharacteristics = docket_pass_characteristics, \
    .xShmMap = docket_pass_shm_map, .xShmLock = docket_pass_shm_lock, \
    .xShmBarrier = docket_pass_shm_barrier, .xShmUnmap = docket_pass_shm_unmap
