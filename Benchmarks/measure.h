// Clocks, a log-linear histogram and the CPU of another process.
#ifndef DOCKET_BENCHMARK_MEASURE_H
#define DOCKET_BENCHMARK_MEASURE_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static inline int64_t clock_ns(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000ll + now.tv_nsec;
}

// 64 steps for each power of two: within 1.6 %.
enum { STEP_BITS = 6, STEPS = 64 << STEP_BITS };

struct histogram {
    uint64_t counts[STEPS], total;
};

static inline int histogram_step(uint64_t value) {
    if (value < 1 << STEP_BITS) return (int)value;
    int shift = 63 - __builtin_clzll(value) - STEP_BITS;
    return ((shift + 1) << STEP_BITS) + (int)((value >> shift) & ((1 << STEP_BITS) - 1));
}

static inline void histogram_add(struct histogram *h, uint64_t value) {
    h->counts[histogram_step(value)] += 1;
    h->total += 1;
}

// The lower edge of the step in which the share `quantile` of all values is reached.
static inline double histogram_value(const struct histogram *h, double quantile) {
    uint64_t wanted = (uint64_t)(quantile * (double)h->total), seen = 0;
    for (int step = 0; step < STEPS; step++) {
        seen += h->counts[step];
        if (seen <= wanted) continue;
        int shift = (step >> STEP_BITS) - 1;
        if (shift < 0) return step;
        return (double)((uint64_t)((1 << STEP_BITS) | (step & ((1 << STEP_BITS) - 1))) << shift);
    }
    return 0;
}

struct cpu {
    int64_t total_ns;           // from the process's clock
    int64_t user_ns, system_ns; // from /proc, in ticks of 10 ms: for windows of seconds
};

static inline struct cpu cpu_of(pid_t process) {
    struct cpu cpu = {0};
    clockid_t clock;
    char path[64], text[1024];
    unsigned long user = 0, system = 0;
    if (clock_getcpuclockid(process, &clock) == 0) cpu.total_ns = clock_ns(clock);
    snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
    FILE *file = fopen(path, "r");
    if (file == NULL) return cpu;
    size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[size] = 0;
    char *end = strrchr(text, ')');  // the name of the program may hold anything
    if (end != NULL)
        sscanf(end + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    int64_t tick = 1000000000ll / sysconf(_SC_CLK_TCK);
    cpu.user_ns = (int64_t)user * tick;
    cpu.system_ns = (int64_t)system * tick;
    return cpu;
}

#endif
