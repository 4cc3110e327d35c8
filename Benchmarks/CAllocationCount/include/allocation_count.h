#ifndef DOCKET_ALLOCATION_COUNT_H
#define DOCKET_ALLOCATION_COUNT_H

#include <stdint.h>

/* Calls of malloc, calloc and realloc since the start of the process, and the bytes they asked for.
   One thread only. */
uint64_t docket_allocation_count(void);
uint64_t docket_allocation_bytes(void);

#endif
