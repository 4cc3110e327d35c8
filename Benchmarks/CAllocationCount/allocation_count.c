// The allocator of the C library under its usual names, counted: a program that links this counts
// what Swift and C libraries allocate.
#include "allocation_count.h"

#include <stddef.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static uint64_t calls;
static uint64_t bytes;

static void count(size_t size) {
    calls += 1;
    bytes += size;
}

void *malloc(size_t size) {
    count(size);
    return __libc_malloc(size);
}

void *calloc(size_t members, size_t size) {
    count(members * size);
    return __libc_calloc(members, size);
}

void *realloc(void *old, size_t size) {
    count(size);
    return __libc_realloc(old, size);
}

uint64_t docket_allocation_count(void) { return calls; }

uint64_t docket_allocation_bytes(void) { return bytes; }
