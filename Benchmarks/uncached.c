// What docketd adds to an uncached search: recorded exchanges with the engines are made again
// without it, one after another, between searches by docketd that make the same.
//
//   uncached --exchanges FILE --search HOST:PORT --postgres CONNINFO --echo HOST:PORT
//            --server PID --address HOST:PORT --key-file FILE --collection NAME
//
// FILE is what engines/record.py writes. A round without docketd is the request to the search
// engine, the statements of the check and one echo. Prints key=value on one line.
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "frames.h"
#include "measure.h"
#include "peer.h"

enum { QUIET_SECONDS = 3, LONG_NS = 3000000, REPLY_MAXIMUM = 4 << 20 };

struct bytes {
    uint32_t size;
    char *data;
};

struct exchange {
    struct bytes query, search, check;  // `check` is empty where nothing was found
};

struct pair {
    int64_t bare_ns, docket_ns;
};

static char *buffer;

static struct bytes read_bytes(FILE *file) {
    struct bytes bytes = {0};
    if (fread(&bytes.size, sizeof bytes.size, 1, file) != 1) return bytes;
    bytes.data = calloc(1, bytes.size + 1);
    if (bytes.data == NULL || fread(bytes.data, 1, bytes.size, file) != bytes.size)
        errx(2, "the exchanges are not whole");
    return bytes;
}

static size_t read_exchanges(const char *path, struct exchange **exchanges) {
    FILE *file = fopen(path, "r");
    if (file == NULL) err(2, "%s", path);
    size_t count = 0, room = 0;
    for (struct bytes query; (query = read_bytes(file)).data != NULL; count++) {
        if (count == room) {
            room = room ? 2 * room : 1024;
            *exchanges = realloc(*exchanges, room * sizeof **exchanges);
            if (*exchanges == NULL) err(2, "realloc");
        }
        (*exchanges)[count].query = query;
        (*exchanges)[count].search = read_bytes(file);
        (*exchanges)[count].check = read_bytes(file);
    }
    fclose(file);
    return count;
}

static void put(int socket, struct bytes bytes) {
    for (size_t sent = 0; sent < bytes.size;) {
        ssize_t count = send(socket, bytes.data + sent, bytes.size - sent, MSG_NOSIGNAL);
        if (count <= 0) err(1, "send");
        sent += (size_t)count;
    }
}

static size_t get(int socket, size_t held) {
    ssize_t count;
    struct pollfd entry = {.fd = socket, .events = POLLIN};
    // libpq has made its socket one that does not block.
    do {
        if (poll(&entry, 1, 30000) != 1) errx(1, "an engine does not answer within 30 s");
        count = recv(socket, buffer + held, REPLY_MAXIMUM - held - 1, 0);
    } while (count < 0 && errno == EAGAIN);
    if (count <= 0) err(1, "recv");
    buffer[held + (size_t)count] = 0;
    return held + (size_t)count;
}

// A reply comes in chunks, of which the last is empty, or says how long it is.
static bool is_whole(size_t held) {
    const char *body = strstr(buffer, "\r\n\r\n"), *length = strcasestr(buffer, "content-length:");
    if (body == NULL) return false;
    if (strncmp(buffer, "HTTP/1.1 200", 12) != 0)
        errx(1, "the search engine refuses: %.200s", buffer);
    if (length == NULL || length > body) return strcmp(buffer + held - 5, "0\r\n\r\n") == 0;
    return held >= (size_t)(body + 4 - buffer) + strtoul(length + 15, NULL, 10);
}

static void ask_search(int socket, struct bytes request) {
    put(socket, request);
    size_t held = 0;
    do held = get(socket, held);
    while (!is_whole(held));
}

// Reads to the message that says that the server is ready.
static void ask_postgres(int socket, struct bytes segment) {
    put(socket, segment);
    size_t held = 0, place = 0;
    for (;;) {
        held = get(socket, held);
        while (held - place >= 5) {
            const unsigned char *m = (unsigned char *)buffer + place;
            size_t length = (size_t)m[1] << 24 | (size_t)m[2] << 16 | (size_t)m[3] << 8 | m[4];
            if (held - place < length + 1) break;
            if (m[0] == 'E') errx(1, "PostgreSQL refuses the statements");
            place += length + 1;
            if (m[0] == 'Z') return;
        }
    }
}

static int64_t ask_peer(struct peer *peer) {
    int64_t start = clock_ns(CLOCK_MONOTONIC);
    peer_send(peer);
    while (peer->awaited > 0) peer_receive(peer);
    return clock_ns(CLOCK_MONOTONIC) - start;
}

static int64_t ask_bare(const struct exchange *exchange, int search, int postgres,
                        struct peer *echo) {
    int64_t start = clock_ns(CLOCK_MONOTONIC);
    ask_search(search, exchange->search);
    if (exchange->check.size > 0) ask_postgres(postgres, exchange->check);
    ask_peer(echo);
    return clock_ns(CLOCK_MONOTONIC) - start;
}

static int64_t ask_docket(struct peer *peer, struct bytes query) {
    unsigned char request[4 << 10];
    if (query.size > 2 << 10) errx(2, "a query is too long");
    peer->request_bytes =
        frame_write_search(request, peer->options->collection, query.data, peer->options->limit);
    peer->requests = realloc(peer->requests, peer->request_bytes);
    memcpy(peer->requests, request, peer->request_bytes);
    return ask_peer(peer);
}

static int compare_ratios(const void *a, const void *b) {
    const struct pair *x = a, *y = b;
    double difference = (double)x->docket_ns / (double)x->bare_ns -
                        (double)y->docket_ns / (double)y->bare_ns;
    return (difference > 0) - (difference < 0);
}

static char *host_of(char *address, const char **host) {
    char *colon = strrchr(address, ':');
    if (colon == NULL) errx(2, "an address is HOST:PORT");
    *colon = 0;
    *host = address;
    return colon + 1;
}

// A server that is asked by the bytes themselves; what is echoed has the size of a page.
static struct options bytes_of(char *address) {
    struct options options = {.in_flight = 1, .request_bytes = 100, .reply_bytes = 2000};
    options.port = host_of(address, &options.host);
    return options;
}

int main(int count, char **arguments) {
    static const struct option known[] = {
        {"exchanges", 1, 0, 'x'}, {"search", 1, 0, 'e'},   {"postgres", 1, 0, 'g'},
        {"echo", 1, 0, 'o'},      {"server", 1, 0, 's'},   {"address", 1, 0, 'a'},
        {"key-file", 1, 0, 'k'},  {"collection", 1, 0, 'c'}, {0, 0, 0, 0},
    };
    struct options docket = {.protocol = PROTOCOL_DOCKET, .in_flight = 1, .limit = 10};
    struct options search = {0}, echo = {0};
    const char *file = NULL, *postgres = NULL;
    pid_t server = 0;
    docket.query = "";
    for (int option; (option = getopt_long(count, arguments, "", known, NULL)) != -1;) {
        switch (option) {
        case 'x': file = optarg; break;
        case 'e': search = bytes_of(optarg); break;
        case 'g': postgres = optarg; break;
        case 'o': echo = bytes_of(optarg); break;
        case 's': server = (pid_t)atoi(optarg); break;
        case 'a': docket.port = host_of(optarg, &docket.host); break;
        case 'k': docket.key = first_line(optarg); break;
        case 'c': docket.collection = optarg; break;
        default: exit(2);
        }
    }
    struct exchange *exchanges = NULL;
    size_t total = read_exchanges(file, &exchanges);
    struct pair *pairs = calloc(total, sizeof *pairs);
    buffer = malloc(REPLY_MAXIMUM);
    PGconn *truth = PQconnectdb(postgres);
    if (pairs == NULL || buffer == NULL || PQstatus(truth) != CONNECTION_OK)
        errx(1, "%s", PQerrorMessage(truth));
    struct peer docket_peer, echo_peer, search_peer;
    peer_open(&docket_peer, &docket);
    peer_open(&echo_peer, &echo);
    peer_open(&search_peer, &search);

    struct cpu idle = cpu_of(server);
    sleep(QUIET_SECONDS);
    double idle_share =
        (double)(cpu_of(server).total_ns - idle.total_ns) / (QUIET_SECONDS * 1e9);
    size_t kept = 0, warm = total / 5;
    struct cpu before = {0};
    int64_t start = 0, bare_cpu = 0;
    for (size_t i = 0; i < total; i++) {
        if (i == warm) before = cpu_of(server), start = clock_ns(CLOCK_MONOTONIC);
        struct pair pair = {0};
        // The second of two finds what the first has brought into the caches of all.
        for (size_t turn = 0; turn < 2; turn++) {
            int64_t cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
            if ((i + turn) % 2 == 0) {
                pair.bare_ns = ask_bare(&exchanges[i], search_peer.socket, PQsocket(truth),
                                        &echo_peer);
                if (i >= warm) bare_cpu += clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;
            } else {
                pair.docket_ns = ask_docket(&docket_peer, exchanges[i].query);
            }
        }
        if (i >= warm) pairs[kept++] = pair;
    }
    double elapsed = (double)(clock_ns(CLOCK_MONOTONIC) - start);
    double own = (double)(cpu_of(server).total_ns - before.total_ns) - idle_share * elapsed;

    double bare = 0, by_docket = 0;
    size_t slow = 0;
    for (size_t i = 0; i < kept; i++) {
        if (pairs[i].bare_ns < LONG_NS) continue;
        bare += (double)pairs[i].bare_ns;
        by_docket += (double)pairs[i].docket_ns;
        pairs[slow++] = pairs[i];
    }
    if (slow == 0) errx(1, "no search took 3 ms");
    qsort(pairs, slow, sizeof *pairs, compare_ratios);
    struct pair middle = pairs[slow / 2];
    printf("searches=%zu of_3_ms=%zu bare_ms=%.2f docket_ms=%.2f ratio=%.3f median_ratio=%.3f "
           "cpu_us=%.0f bare_cpu_us=%.0f idle_us_per_s=%.0f\n",
           kept, slow, bare / 1e6 / (double)slow, by_docket / 1e6 / (double)slow,
           by_docket / bare, (double)middle.docket_ns / (double)middle.bare_ns,
           own / 1e3 / (double)kept, (double)bare_cpu / 1e3 / (double)kept,
           idle_share * 1e6);
    return 0;
}
