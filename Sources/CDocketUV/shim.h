#pragma once
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <time.h>
#include <uv.h>

// What Swift could only call with pointers to locals, as functions of values.

static inline int64_t docket_wall_clock_microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

// Raises the soft limit of open files to the hard one; the limit that then holds, or -1.
static inline int64_t docket_raise_open_files(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = before;
    return limit.rlim_cur > INT32_MAX ? INT32_MAX : (int64_t)limit.rlim_cur;
}

// A write to a closed pipe or socket then fails with EPIPE and ends nobody.
static inline void docket_ignore_broken_pipes(void) { signal(SIGPIPE, SIG_IGN); }

// GNU only, so that Swift does not see the system's declaration.
int pthread_setname_np(pthread_t thread, const char *name);
