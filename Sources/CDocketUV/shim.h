#pragma once
#include <malloc.h>
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

// Blocks of a megabyte and more get pages of their own, which go back when they are freed. Left to
// itself the C library raises that size to 32 MiB as soon as one such block was freed. What is free
// at the end of a heap goes back from a megabyte on: buffers of large messages come and go, and new
// pages for each of them would be most of what reading it costs.
static inline void docket_prepare_memory(void) {
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    mallopt(M_TRIM_THRESHOLD, 1 << 20);
}

// Gives free memory back to the system when it is over `kept` bytes; whether it was.
static inline int docket_trim_memory(size_t kept) {
    if (mallinfo2().fordblks <= kept) return 0;
    malloc_trim(0);
    return 1;
}
