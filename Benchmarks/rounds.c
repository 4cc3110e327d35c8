// A closed loop of rounds: on each connection N requests go out in one write, and the next N when
// all replies are there. Prints what a request cost the server, as key=value on one line.
//
//   rounds --server PID --address HOST:PORT --protocol docket|redis|echo [--tls]
//          [--key-file FILE --collection NAME --query TEXT --limit N]   (docket)
//          [--request BYTES --reply BYTES]                              (redis, echo)
//          [--connections N] [--in-flight N] [--warmup SECONDS] [--seconds SECONDS]
#include <err.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "measure.h"
#include "peer.h"

static struct options options = {
    .host = "127.0.0.1", .port = "7700", .limit = 10, .in_flight = 1,
    .collection = "packages", .query = "", .key = "",
};
static unsigned connections = 1;
static double warmup = 1, seconds = 5;
static pid_t server;

struct window {
    struct histogram *latencies;
    uint64_t replies, reads;
};

static void set_address(char *text) {
    char *colon = strrchr(text, ':');
    if (colon == NULL) errx(2, "--address is HOST:PORT");
    *colon = 0;
    options.host = text;
    options.port = colon + 1;
}

static void set_protocol(const char *name) {
    const char *names[] = {"echo", "redis", "docket"};
    for (int i = 0; i < 3; i++)
        if (strcmp(name, names[i]) == 0) options.protocol = (enum protocol)i;
    if (strcmp(name, names[options.protocol]) != 0) errx(2, "no such protocol: %s", name);
}

static void read_options(int count, char **arguments) {
    static const struct option known[] = {
        {"server", 1, 0, 's'},     {"address", 1, 0, 'a'},    {"protocol", 1, 0, 'p'},
        {"tls", 0, 0, 't'},        {"key-file", 1, 0, 'k'},   {"collection", 1, 0, 'c'},
        {"query", 1, 0, 'q'},      {"limit", 1, 0, 'l'},      {"request", 1, 0, 'i'},
        {"reply", 1, 0, 'o'},      {"connections", 1, 0, 'n'}, {"in-flight", 1, 0, 'f'},
        {"warmup", 1, 0, 'w'},     {"seconds", 1, 0, 'd'},    {0, 0, 0, 0},
    };
    int option;
    while ((option = getopt_long(count, arguments, "", known, NULL)) != -1) {
        switch (option) {
        case 's': server = (pid_t)atoi(optarg); break;
        case 'a': set_address(optarg); break;
        case 'p': set_protocol(optarg); break;
        case 't': options.uses_tls = true; break;
        case 'k': options.key = first_line(optarg); break;
        case 'c': options.collection = optarg; break;
        case 'q': options.query = optarg; break;
        case 'l': options.limit = (unsigned)atoi(optarg); break;
        case 'i': options.request_bytes = strtoul(optarg, NULL, 10); break;
        case 'o': options.reply_bytes = strtoul(optarg, NULL, 10); break;
        case 'n': connections = (unsigned)atoi(optarg); break;
        case 'f': options.in_flight = (unsigned)atoi(optarg); break;
        case 'w': warmup = atof(optarg); break;
        case 'd': seconds = atof(optarg); break;
        default: exit(2);
        }
    }
    if (server <= 0 || connections == 0 || options.in_flight == 0)
        errx(2, "--server is needed, --connections and --in-flight are positive");
}

// Runs rounds on all connections for `duration` seconds.
static void run(int poll, double duration, struct window *window) {
    int64_t end = clock_ns(CLOCK_MONOTONIC) + (int64_t)(duration * 1e9);
    struct epoll_event events[256];
    for (int64_t now = 0; now < end;) {
        int count = epoll_wait(poll, events, 256, 10000);
        if (count == 0) errx(1, "the server does not answer within 10 s");
        for (int i = 0; i < count; i++) {
            struct peer *peer = events[i].data.ptr;
            unsigned replies = peer_receive(peer);
            now = clock_ns(CLOCK_MONOTONIC);
            for (unsigned reply = 0; reply < replies; reply++)
                histogram_add(window->latencies, (uint64_t)(now - peer->sent_ns));
            window->replies += replies;
            window->reads += 1;
            if (peer->awaited > 0) continue;
            peer->sent_ns = clock_ns(CLOCK_MONOTONIC);
            peer_send(peer);
        }
    }
}

int main(int count, char **arguments) {
    read_options(count, arguments);
    int poll = epoll_create1(EPOLL_CLOEXEC);
    struct peer *peers = calloc(connections, sizeof *peers);
    struct window window = {.latencies = calloc(1, sizeof(struct histogram))};
    if (peers == NULL || window.latencies == NULL) err(1, "calloc");
    for (unsigned i = 0; i < connections; i++) {
        peer_open(&peers[i], &options);
        fcntl(peers[i].socket, F_SETFL, fcntl(peers[i].socket, F_GETFL) | O_NONBLOCK);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &peers[i]};
        epoll_ctl(poll, EPOLL_CTL_ADD, peers[i].socket, &event);
        peers[i].sent_ns = clock_ns(CLOCK_MONOTONIC);
        peer_send(&peers[i]);
    }
    run(poll, warmup, &window);
    memset(window.latencies, 0, sizeof *window.latencies);
    window.replies = window.reads = 0;

    struct cpu before = cpu_of(server);
    int64_t start = clock_ns(CLOCK_MONOTONIC), own = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    run(poll, seconds, &window);
    double elapsed = (double)(clock_ns(CLOCK_MONOTONIC) - start) / 1e9;
    own = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - own;
    struct cpu after = cpu_of(server);

    double replies = (double)window.replies;
    printf("cpu_us=%.3f user_us=%.3f system_us=%.3f rate=%.0f p50_us=%.1f p99_us=%.1f "
           "replies_per_read=%.2f driver_us=%.3f request_bytes=%zu reply_bytes=%zu\n",
           (double)(after.total_ns - before.total_ns) / 1e3 / replies,
           (double)(after.user_ns - before.user_ns) / 1e3 / replies,
           (double)(after.system_ns - before.system_ns) / 1e3 / replies, replies / elapsed,
           histogram_value(window.latencies, 0.5) / 1e3,
           histogram_value(window.latencies, 0.99) / 1e3, replies / (double)window.reads,
           (double)own / 1e3 / replies, peers[0].request_bytes, peers[0].reply_bytes);
    return 0;
}
