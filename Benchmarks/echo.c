// An epoll server that does nothing: for each REQUEST bytes that come in, REPLY bytes go out.
//
//   echo REQUEST REPLY [THREADS [CERTIFICATE KEY]]
//
// Prints its port on 127.0.0.1 and runs until it is killed. One thread accepts and deals the
// connections round; each thread has a loop of its own: one read, one write for all that it asked.
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { READ_BYTES = 64 << 10, THREADS_MAXIMUM = 64, REPLIES_AT_ONCE = 64 };

struct connection {
    int socket;
    SSL *tls;           // NULL: plain
    size_t unanswered;  // bytes of requests that came
    size_t unsent;      // bytes of replies that wait
};

static size_t request_bytes, reply_bytes;
static char *replies;  // as many as one write sends
static SSL_CTX *context;

static ssize_t receive(struct connection *c, char *buffer, size_t size) {
    if (c->tls == NULL) return recv(c->socket, buffer, size, 0);
    int count = SSL_read(c->tls, buffer, (int)size);
    if (count > 0) return count;
    int error = SSL_get_error(c->tls, count);
    if (error == SSL_ERROR_ZERO_RETURN) return 0;
    errno = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? EAGAIN : EIO;
    return -1;
}

static ssize_t transmit(struct connection *c, const char *buffer, size_t size) {
    if (c->tls == NULL) return send(c->socket, buffer, size, MSG_NOSIGNAL);
    int count = SSL_write(c->tls, buffer, (int)size);
    if (count > 0) return count;
    int error = SSL_get_error(c->tls, count);
    errno = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? EAGAIN : EIO;
    return -1;
}

// What waits is a number: every byte of every reply is the same.
static int flush(struct connection *c) {
    while (c->unsent > 0) {
        size_t size = c->unsent;
        if (size > reply_bytes * REPLIES_AT_ONCE) size = reply_bytes * REPLIES_AT_ONCE;
        ssize_t count = transmit(c, replies, size);
        if (count < 0) return errno == EAGAIN ? 0 : -1;
        c->unsent -= (size_t)count;
    }
    return 0;
}

static int serve(struct connection *c, char *buffer) {
    do {
        ssize_t count = receive(c, buffer, READ_BYTES);
        if (count == 0) return -1;
        if (count < 0) {
            if (errno != EAGAIN) return -1;
            break;
        }
        c->unanswered += (size_t)count;
    } while (c->tls != NULL && SSL_has_pending(c->tls));
    c->unsent += c->unanswered / request_bytes * reply_bytes;
    c->unanswered %= request_bytes;
    return flush(c);
}

static void *run(void *argument) {
    int poll = *(int *)argument;
    char *buffer = malloc(READ_BYTES);
    struct epoll_event events[256];
    if (buffer == NULL) err(1, "malloc");
    for (;;) {
        int count = epoll_wait(poll, events, 256, -1);
        for (int i = 0; i < count; i++) {
            struct connection *c = events[i].data.ptr;
            if (serve(c, buffer) == 0) {
                uint32_t interest = EPOLLIN | (c->unsent > 0 ? EPOLLOUT : 0u);
                if ((events[i].events & EPOLLOUT) != 0 || (interest & EPOLLOUT) != 0) {
                    struct epoll_event event = {.events = interest, .data.ptr = c};
                    epoll_ctl(poll, EPOLL_CTL_MOD, c->socket, &event);
                }
                continue;
            }
            SSL_free(c->tls);
            close(c->socket);
            free(c);
        }
    }
    return NULL;
}

static int choose_protocol(SSL *tls, const unsigned char **chosen, unsigned char *length,
                           const unsigned char *offered, unsigned int size, void *argument) {
    (void)tls, (void)argument;
    if (size < 2) return SSL_TLSEXT_ERR_NOACK;
    *chosen = offered + 1;
    *length = offered[0];
    return SSL_TLSEXT_ERR_OK;
}

static void load_certificate(const char *certificate, const char *key) {
    context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
        errx(1, "cannot use %s and %s", certificate, key);
}

static int listen_anywhere(void) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 1024) != 0)
        err(1, "listen");
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

int main(int count, char **arguments) {
    if (count < 3) errx(2, "usage: echo REQUEST REPLY [THREADS [CERTIFICATE KEY]]");
    request_bytes = strtoul(arguments[1], NULL, 10);
    reply_bytes = strtoul(arguments[2], NULL, 10);
    long threads = count > 3 ? strtol(arguments[3], NULL, 10) : 1;
    if (request_bytes == 0 || reply_bytes == 0 || threads < 1 || threads > THREADS_MAXIMUM)
        errx(2, "echo: sizes and threads are positive, threads at most %d", THREADS_MAXIMUM);
    replies = calloc(REPLIES_AT_ONCE, reply_bytes);
    if (replies == NULL) err(1, "calloc");
    signal(SIGPIPE, SIG_IGN);
    if (count > 5) load_certificate(arguments[4], arguments[5]);

    static int polls[THREADS_MAXIMUM];
    for (long i = 0; i < threads; i++) {
        pthread_t thread;
        polls[i] = epoll_create1(EPOLL_CLOEXEC);
        if (pthread_create(&thread, NULL, run, &polls[i]) != 0) errx(1, "pthread_create");
    }
    int listener = listen_anywhere();
    for (long next = 0;; next = (next + 1) % threads) {
        int one = 1;
        struct connection *c = calloc(1, sizeof *c);
        if (c == NULL) err(1, "calloc");
        c->socket = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (c->socket < 0) err(1, "accept");
        setsockopt(c->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (context != NULL) {
            c->tls = SSL_new(context);
            SSL_set_fd(c->tls, c->socket);
            SSL_set_accept_state(c->tls);
        }
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
        epoll_ctl(polls[next], EPOLL_CTL_ADD, c->socket, &event);
    }
}
