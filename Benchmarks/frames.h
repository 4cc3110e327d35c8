// The bytes of Docket's protocol that a closed loop needs; docs/PROTOCOL.md has the layout.
#ifndef DOCKET_BENCHMARK_FRAMES_H
#define DOCKET_BENCHMARK_FRAMES_H

#include <stddef.h>
#include <stdint.h>

enum { PREFACE_BYTES = 8, HEADER_BYTES = 16 };
enum { FRAME_DATA = 5, FRAME_STATUS = 6, FRAME_PING = 9, FRAME_GO_AWAY = 10, FRAME_HELLO_ACK = 2 };
enum { FLAG_END_STREAM = 1, FLAG_ACK = 8 };

struct frame {
    size_t length;  // bytes after the header
    uint8_t type, flags;
    size_t credit;  // that it took
};

struct frame frame_read(const unsigned char *header);
void frame_set_stream(unsigned char *header, uint32_t stream);

// Each writes at `out` and returns the bytes written; `out` has room for 4 KiB.
size_t frame_write_hello(unsigned char *out, const char *key);
size_t frame_write_search(unsigned char *out, const char *collection, const char *query,
                          unsigned limit);
size_t frame_write_credit(unsigned char *out, uint32_t bytes);
size_t frame_write_pong(unsigned char *out, const unsigned char *payload);

#endif
