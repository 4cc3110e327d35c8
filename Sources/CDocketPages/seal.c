/* The file NAME-seal: written after the log it tells of is durable, and not itself waited for. So
 * what a loss of power leaves of it is late at worst, and true. */
#include "seal.h"
#include "docket_pages.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAGIC_BYTES = 8, SUM_AT = 32, SEAL_BYTES = 40 };

static const char MAGIC[MAGIC_BYTES + 1] = "dkseal 1";

/* NAME-seal for NAME-wal; 0 when the log is called otherwise. */
static int seal_path(const char *log, char path[PATH_MAX]) {
    static const char suffix[] = "-wal";
    size_t length = strlen(log);
    if (length < sizeof suffix || strcmp(log + length - sizeof suffix + 1, suffix) != 0) return 0;
    int name = (int)(length - sizeof suffix + 1);
    return snprintf(path, PATH_MAX, "%.*s-seal", name, log) < PATH_MAX;
}

int docket_seal_open(const char *log, int creates) {
    char path[PATH_MAX];
    if (!seal_path(log, path)) return -1;
    return open(path, O_RDWR | O_CLOEXEC | (creates ? O_CREAT : 0), S_IRUSR | S_IWUSR);
}

void docket_seal_drop(int *file, const char *log) {
    char path[PATH_MAX];
    if (*file >= 0 && seal_path(log, path)) unlink(path);
    docket_seal_close(*file);
    *file = -1;
}

void docket_seal_close(int file) {
    if (file >= 0) close(file);
}

static void encode(const docket_seal *seal, unsigned char bytes[SEAL_BYTES]) {
    memset(bytes, 0, SEAL_BYTES);
    memcpy(bytes, MAGIC, MAGIC_BYTES);
    for (int i = 0; i < 4; i++) bytes[MAGIC_BYTES + i] = (unsigned char)(seal->frames >> 8 * i);
    memcpy(bytes + 16, seal->salts, 8);
    memcpy(bytes + 24, seal->sums, 8);
    uint64_t sum = docket_xxh64(bytes, SUM_AT, 0);
    for (int i = 0; i < 8; i++) bytes[SUM_AT + i] = (unsigned char)(sum >> 8 * i);
}

void docket_seal_read(int file, docket_seal *seal) {
    unsigned char bytes[SEAL_BYTES], again[SEAL_BYTES];
    memset(seal, 0, sizeof *seal);
    if (file < 0 || pread(file, bytes, SEAL_BYTES, 0) != SEAL_BYTES) return;
    docket_seal found = {0};
    for (int i = 0; i < 4; i++) found.frames |= (uint32_t)bytes[MAGIC_BYTES + i] << 8 * i;
    memcpy(found.salts, bytes + 16, 8);
    memcpy(found.sums, bytes + 24, 8);
    encode(&found, again);
    if (memcmp(bytes, again, SEAL_BYTES) == 0) *seal = found;
}

int docket_seal_write(int file, const docket_seal *seal, int durably) {
    unsigned char bytes[SEAL_BYTES];
    encode(seal, bytes);
    return file >= 0 && pwrite(file, bytes, SEAL_BYTES, 0) == SEAL_BYTES
           && (!durably || fsync(file) == 0);
}
