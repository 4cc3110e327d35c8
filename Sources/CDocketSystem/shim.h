#pragma once
#include <pthread.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <time.h>

// What Swift could only call with pointers to locals, as functions of values.

static inline int64_t docket_wall_clock_microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static inline uint64_t docket_monotonic_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

// Flags of an enumeration that is none in Swift.
static inline int docket_wakeup(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

// GNU only, so that Swift does not see the system's declaration.
int pthread_setname_np(pthread_t thread, const char *name);
