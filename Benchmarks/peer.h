// One connection of the closed loop, to any of the servers that are compared.
#ifndef DOCKET_BENCHMARK_PEER_H
#define DOCKET_BENCHMARK_PEER_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum protocol { PROTOCOL_ECHO, PROTOCOL_REDIS, PROTOCOL_DOCKET };

struct options {
    enum protocol protocol;
    const char *host, *port;
    bool uses_tls;
    const char *key, *collection, *query;  // docket
    unsigned limit;                        // docket: hits of a reply
    size_t request_bytes, reply_bytes;     // echo and redis
    unsigned in_flight;
};

struct peer {
    const struct options *options;
    int socket;
    SSL *tls;
    unsigned char *requests;  // those of one round, one after another
    size_t request_bytes;
    uint32_t stream;          // docket: of the next call
    size_t credit;            // docket: received and not yet given back
    unsigned char *buffer;
    size_t held;              // bytes in the buffer
    unsigned awaited;         // replies of this round
    int64_t sent_ns;
    size_t reply_bytes;       // of the last reply
};

// The first line of a file, until the next call; ends the program where there is none.
const char *first_line(const char *path);

// Connects and gets ready to ask; ends the program where that fails.
void peer_open(struct peer *peer, const struct options *options);

// Sends a round: all requests in one write.
void peer_send(struct peer *peer);

// Reads once, or under TLS while records are held, and returns how many replies it completed.
unsigned peer_receive(struct peer *peer);

#endif
