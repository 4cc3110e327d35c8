#pragma once

#include <stdint.h>

/* A file system for SQLite that keeps a checksum in each page of a database and looks at it
 * whenever the page is read: docs/adr/007-page-checksums.md says why.
 *
 * The last 8 bytes of a page of 4096 bytes hold XXH64 of those before them, with the page's number
 * as the seed, so that a page that stands in another's place is found as well. A read that finds
 * another checksum fails with SQLITE_IOERR_DATA.
 *
 * Of a write-ahead log, each page that this process wrote or recovered is looked at when it is read
 * again. SQLite takes a damaged frame for the end of the log and forgets what was committed after
 * it; so the file NAME-seal beside a database says how far its log was durable, and a log that ends
 * before is refused with SQLITE_IOERR_DATA when it is opened. */

struct sqlite3;

enum { DOCKET_PAGE_BYTES = 4096, DOCKET_CHECKSUM_BYTES = 8 };

typedef enum {
    DOCKET_FILE_EMPTY, /* nothing is written yet; what is written gets checksums */
    DOCKET_FILE_CHECKED,
    DOCKET_FILE_UNCHECKED, /* a database of SQLite without room for checksums */
    DOCKET_FILE_FOREIGN,   /* no database of SQLite, or one of other pages */
} docket_file_state;

/* The name of the checking file system above `below`, NULL for SQLite's default; NULL when it
 * cannot be had. With `takes_unchecked`, databases without checksums are read as they are. */
const char *docket_pages_vfs(const char *below, int takes_unchecked);

/* What the connection's file was when it was opened. */
docket_file_state docket_pages_examine(struct sqlite3 *connection);

/* Makes room for checksums in a new database, or in what VACUUM makes of this one. Returns SQLite's
 * result code. */
int docket_pages_reserve(struct sqlite3 *connection);

/* Reads every page of the connection's file, also those that nobody uses, and calls `found` with
 * the number of each whose checksum is wrong. The log must be empty. Returns SQLite's result
 * code. */
int docket_pages_scan(struct sqlite3 *connection, void (*found)(void *context, uint32_t page),
                      void *context);

/* Bytes that the process has written to databases and their logs. */
uint64_t docket_pages_written(void);

/* The checksum of a page, of whose bytes it leaves out the last 8. */
uint64_t docket_page_checksum(const unsigned char *page, uint32_t number);

/* XXH64 of bytes. */
uint64_t docket_xxh64(const unsigned char *bytes, uint64_t count, uint64_t seed);
