#include "peer.h"

#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frames.h"

enum { BUFFER_BYTES = 1 << 20, REQUEST_MAXIMUM = 4 << 10, CREDIT_STEP = 1 << 20 };

const char *first_line(const char *path) {
    static char line[1024];
    FILE *file = fopen(path, "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL) err(2, "%s", path);
    fclose(file);
    line[strcspn(line, "\r\n")] = 0;
    return line;
}

static void wait_for(struct peer *p, short events) {
    struct pollfd entry = {.fd = p->socket, .events = events};
    if (poll(&entry, 1, 10000) != 1) errx(1, "the server does not answer within 10 s");
}

static void transmit(struct peer *p, const unsigned char *bytes, size_t size) {
    while (size > 0) {
        ssize_t count = p->tls != NULL ? SSL_write(p->tls, bytes, (int)size)
                                       : send(p->socket, bytes, size, MSG_NOSIGNAL);
        if (count <= 0) {
            if (p->tls == NULL && errno != EAGAIN) err(1, "send");
            wait_for(p, POLLIN | POLLOUT);
            continue;
        }
        bytes += count;
        size -= (size_t)count;
    }
}

// Adds what has come to the buffer; returns false when nothing had.
static bool receive_some(struct peer *p) {
    size_t room = BUFFER_BYTES - p->held;
    ssize_t count;
    if (p->tls != NULL) {
        count = SSL_read(p->tls, p->buffer + p->held, (int)room);
        if (count <= 0 && SSL_get_error(p->tls, (int)count) == SSL_ERROR_WANT_READ) return false;
    } else {
        count = recv(p->socket, p->buffer + p->held, room, 0);
        if (count < 0 && errno == EAGAIN) return false;
    }
    if (count <= 0) errx(1, "the server closed the connection");
    p->held += (size_t)count;
    return true;
}

static void drop(struct peer *p, size_t size) {
    p->held -= size;
    memmove(p->buffer, p->buffer + size, p->held);
}

static void need(struct peer *p, size_t size) {
    while (p->held < size)
        if (!receive_some(p)) wait_for(p, POLLIN);
}

// HELLO and its answer.
static void greet_docket(struct peer *p) {
    unsigned char bytes[REQUEST_MAXIMUM];
    transmit(p, bytes, frame_write_hello(bytes, p->options->key));
    need(p, PREFACE_BYTES + HEADER_BYTES);
    struct frame answer = frame_read(p->buffer + PREFACE_BYTES);
    need(p, PREFACE_BYTES + HEADER_BYTES + answer.length);
    if (answer.type != FRAME_HELLO_ACK) errx(1, "the server refuses the key");
    drop(p, PREFACE_BYTES + HEADER_BYTES + answer.length);
    p->stream = 1;
}

// Sets the value that the rounds get, under a key that makes a GET of the wanted size.
static size_t prepare_redis(struct peer *p, unsigned char *request) {
    const struct options *o = p->options;
    char key[REQUEST_MAXIMUM / 2], *value = malloc(o->reply_bytes + 1);
    size_t size = o->request_bytes > 40 ? o->request_bytes - 24 : 16;  // "*2 $3 GET $nn" around it
    if (value == NULL || size >= sizeof key) errx(2, "the request is too large");
    memset(key, 'k', size);
    key[size] = 0;
    size_t value_bytes = o->reply_bytes > 16 ? o->reply_bytes - 9 : 8;  // "$nnnn" around it
    memset(value, 'v', value_bytes);
    value[value_bytes] = 0;
    char *set = NULL;
    int length = asprintf(&set, "*3\r\n$3\r\nSET\r\n$%zu\r\n%s\r\n$%zu\r\n%s\r\n", size, key,
                          value_bytes, value);
    if (length < 0) err(1, "asprintf");
    transmit(p, (unsigned char *)set, (size_t)length);
    need(p, 5);
    if (memcmp(p->buffer, "+OK\r\n", 5) != 0) errx(1, "redis refuses SET");
    drop(p, 5);
    size_t head = (size_t)snprintf(set, (size_t)length, "$%zu\r\n", value_bytes);
    p->reply_bytes = head + value_bytes + 2;
    free(set);
    free(value);
    return (size_t)snprintf((char *)request, REQUEST_MAXIMUM, "*2\r\n$3\r\nGET\r\n$%zu\r\n%s\r\n",
                            size, key);
}

static void connect_socket(struct peer *p) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
    int one = 1;
    if (getaddrinfo(p->options->host, p->options->port, &hints, &found) != 0)
        errx(2, "no such address: %s:%s", p->options->host, p->options->port);
    p->socket = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(p->socket, found->ai_addr, found->ai_addrlen) != 0) err(1, "connect");
    freeaddrinfo(found);
    setsockopt(p->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static void start_tls(struct peer *p) {
    static SSL_CTX *context;
    if (context == NULL) {
        context = SSL_CTX_new(TLS_client_method());
        SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
        SSL_CTX_set_alpn_protos(context, (const unsigned char *)"\x08" "docket/1", 9);
    }
    p->tls = SSL_new(context);
    SSL_set_fd(p->tls, p->socket);
    if (SSL_connect(p->tls) != 1) errx(1, "the TLS handshake failed");
}

void peer_open(struct peer *p, const struct options *options) {
    unsigned char request[REQUEST_MAXIMUM] = {0};
    *p = (struct peer){.options = options, .buffer = malloc(BUFFER_BYTES)};
    connect_socket(p);
    if (options->uses_tls) start_tls(p);
    switch (options->protocol) {
    case PROTOCOL_ECHO:
        p->request_bytes = options->request_bytes;
        p->reply_bytes = options->reply_bytes;
        break;
    case PROTOCOL_REDIS:
        p->request_bytes = prepare_redis(p, request);
        break;
    case PROTOCOL_DOCKET:
        greet_docket(p);
        p->request_bytes =
            frame_write_search(request, options->collection, options->query, options->limit);
        break;
    }
    if (p->request_bytes > REQUEST_MAXIMUM) errx(2, "the request is too large");
    p->requests = malloc(p->request_bytes * options->in_flight);
    if (p->requests == NULL || p->buffer == NULL) err(1, "malloc");
    for (unsigned i = 0; i < options->in_flight; i++)
        memcpy(p->requests + i * p->request_bytes, request, p->request_bytes);
}

void peer_send(struct peer *p) {
    if (p->options->protocol == PROTOCOL_DOCKET) {
        for (unsigned i = 0; i < p->options->in_flight; i++, p->stream += 2)
            frame_set_stream(p->requests + i * p->request_bytes, p->stream);
    }
    p->awaited = p->options->in_flight;
    transmit(p, p->requests, p->request_bytes * p->options->in_flight);
}

// Takes whole frames out of the buffer and gives back the credit that they took.
static unsigned take_frames(struct peer *p) {
    unsigned replies = 0;
    size_t place = 0;
    while (p->held - place >= HEADER_BYTES) {
        const unsigned char *header = p->buffer + place;
        struct frame frame = frame_read(header);
        if (p->held - place < HEADER_BYTES + frame.length) break;
        unsigned char answer[64];
        switch (frame.type) {
        case FRAME_DATA:
            p->credit += frame.credit;
            p->reply_bytes = HEADER_BYTES + frame.length;
            if (frame.flags & FLAG_END_STREAM) replies += 1;
            break;
        case FRAME_PING:
            if (!(frame.flags & FLAG_ACK))
                transmit(p, answer, frame_write_pong(answer, header + HEADER_BYTES));
            break;
        case FRAME_STATUS: errx(1, "the server refuses a search");
        case FRAME_GO_AWAY: errx(1, "the server ends the connection");
        default: break;
        }
        place += HEADER_BYTES + frame.length;
    }
    drop(p, place);
    if (p->credit >= CREDIT_STEP) {
        unsigned char credit[64];
        transmit(p, credit, frame_write_credit(credit, (uint32_t)p->credit));
        p->credit = 0;
    }
    return replies;
}

unsigned peer_receive(struct peer *p) {
    bool any = receive_some(p);
    while (any && p->tls != NULL && SSL_has_pending(p->tls) && p->held < BUFFER_BYTES)
        any = receive_some(p);
    unsigned replies;
    if (p->options->protocol == PROTOCOL_DOCKET) {
        replies = take_frames(p);
    } else {
        replies = (unsigned)(p->held / p->reply_bytes);
        drop(p, replies * p->reply_bytes);
    }
    if (replies > p->awaited) errx(1, "more replies than requests");
    p->awaited -= replies;
    return replies;
}
