#pragma once
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <uv.h>

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
