/* Databases: a checksum at the end of each page. */
#include "files.h"

#include <string.h>

enum { HEADER_BYTES = 100, LOCK_BYTES_AT = 0x40000000 };

static int is_page(int count, sqlite3_int64 at) {
    return count == DOCKET_PAGE_BYTES && at % DOCKET_PAGE_BYTES == 0;
}

static uint32_t page_number(sqlite3_int64 at) { return (uint32_t)(at / DOCKET_PAGE_BYTES) + 1; }

static void put_checksum(unsigned char *page, uint32_t number) {
    uint64_t sum = docket_page_checksum(page, number);
    for (int i = 0; i < DOCKET_CHECKSUM_BYTES; i++)
        page[DOCKET_PAGE_BYTES - DOCKET_CHECKSUM_BYTES + i] = (unsigned char)(sum >> 8 * i);
}

static int has_checksum(const unsigned char *page, uint32_t number) {
    uint64_t sum = 0;
    for (int i = 0; i < DOCKET_CHECKSUM_BYTES; i++)
        sum |= (uint64_t)page[DOCKET_PAGE_BYTES - DOCKET_CHECKSUM_BYTES + i] << 8 * i;
    return sum == docket_page_checksum(page, number);
}

/* Reads of other sizes are of the header alone, before the page is read, and may meet one that a
 * crash tore and the log repairs: they are not looked at. */
static int database_read(sqlite3_file *file, void *to, int count, sqlite3_int64 at) {
    int rc = below(file)->pMethods->xRead(below(file), to, count, at);
    docket_file_state state = checked(file)->state;
    if (!is_page(count, at) || (rc != SQLITE_OK && rc != SQLITE_IOERR_SHORT_READ)) return rc;
    if (state == DOCKET_FILE_CHECKED)
        /* A page beyond the end was cut off: each that is in use was written. */
        return rc == SQLITE_OK && has_checksum(to, page_number(at)) ? SQLITE_OK
                                                                    : SQLITE_IOERR_DATA;
    if (state == DOCKET_FILE_EMPTY && rc == SQLITE_OK && !has_checksum(to, page_number(at)))
        return SQLITE_IOERR_DATA;
    return rc;
}

static int database_write(sqlite3_file *file, const void *from, int count, sqlite3_int64 at) {
    docket_file_state state = checked(file)->state;
    if (state == DOCKET_FILE_UNCHECKED || state == DOCKET_FILE_FOREIGN)
        return docket_write_below(file, from, count, at);
    if (!is_page(count, at)) return SQLITE_IOERR_WRITE;
    unsigned char page[DOCKET_PAGE_BYTES];
    memcpy(page, from, sizeof page);
    put_checksum(page, page_number(at));
    return docket_write_below(file, page, count, at);
}

static int database_truncate(sqlite3_file *file, sqlite3_int64 size) {
    return below(file)->pMethods->xTruncate(below(file), size);
}

static int database_sync(sqlite3_file *file, int flags) {
    return below(file)->pMethods->xSync(below(file), flags);
}

static int database_close(sqlite3_file *file) {
    return below(file)->pMethods->xClose(below(file));
}

const sqlite3_io_methods docket_database_methods = {
    DOCKET_PASSED_METHODS,
    .xClose = database_close,
    .xRead = database_read,
    .xWrite = database_write,
    .xTruncate = database_truncate,
    .xSync = database_sync,
};

int docket_database_opened(checked_file *file, int takes_unchecked) {
    sqlite3_int64 size = 0;
    int rc = file->below->pMethods->xFileSize(file->below, &size);
    if (rc != SQLITE_OK) return rc;
    file->state = size == 0 ? DOCKET_FILE_EMPTY : DOCKET_FILE_FOREIGN;
    if (size < HEADER_BYTES) return SQLITE_OK;
    unsigned char header[HEADER_BYTES];
    rc = file->below->pMethods->xRead(file->below, header, HEADER_BYTES, 0);
    if (rc != SQLITE_OK) return rc;
    /* Offsets of SQLite's file format: 16 size of a page, 20 bytes reserved at its end. */
    int page_bytes = header[16] << 8 | header[17];
    if (memcmp(header, "SQLite format 3", 16) != 0 || page_bytes != DOCKET_PAGE_BYTES)
        return SQLITE_OK;
    if (header[20] == DOCKET_CHECKSUM_BYTES) file->state = DOCKET_FILE_CHECKED;
    else if (header[20] == 0 && takes_unchecked) file->state = DOCKET_FILE_UNCHECKED;
    return SQLITE_OK;
}

static checked_file *database_of(sqlite3 *connection) {
    sqlite3_file *file = NULL;
    if (sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK)
        return NULL;
    return file && file->pMethods == &docket_database_methods ? checked(file) : NULL;
}

docket_file_state docket_pages_examine(sqlite3 *connection) {
    checked_file *file = database_of(connection);
    return file ? file->state : DOCKET_FILE_FOREIGN;
}

int docket_pages_reserve(sqlite3 *connection) {
    int bytes = DOCKET_CHECKSUM_BYTES;
    return sqlite3_file_control(connection, "main", SQLITE_FCNTL_RESERVE_BYTES, &bytes);
}

int docket_pages_scan(sqlite3 *connection, void (*found)(void *, uint32_t), void *context) {
    checked_file *file = database_of(connection);
    if (!file) return SQLITE_MISUSE;
    sqlite3_int64 size = 0;
    int rc = file->below->pMethods->xFileSize(file->below, &size);
    for (sqlite3_int64 at = 0; rc == SQLITE_OK && at < size; at += DOCKET_PAGE_BYTES) {
        unsigned char page[DOCKET_PAGE_BYTES];
        if (at == LOCK_BYTES_AT) continue; /* SQLite locks by these and never writes them */
        rc = file->below->pMethods->xRead(file->below, page, DOCKET_PAGE_BYTES, at);
        if (rc == SQLITE_IOERR_SHORT_READ) rc = SQLITE_OK;
        if (rc == SQLITE_OK && !has_checksum(page, page_number(at)))
            found(context, page_number(at));
    }
    return rc;
}
