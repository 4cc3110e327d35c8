#include "frames.h"

#include <string.h>

static const unsigned char preface[PREFACE_BYTES] = {0x8d, 'D', 'K', 'T', 1, 1, '\r', '\n'};

struct frame frame_read(const unsigned char *h) {
    size_t meta = (size_t)h[6] << 8 | h[7];
    size_t raw = (size_t)h[12] << 24 | (size_t)h[13] << 16 | (size_t)h[14] << 8 | h[15];
    return (struct frame){
        .length = (size_t)h[0] << 16 | (size_t)h[1] << 8 | h[2],
        .type = h[3],
        .flags = h[4],
        .credit = raw + meta + HEADER_BYTES,
    };
}

static void put32(unsigned char *out, uint32_t value) {
    for (int i = 0; i < 4; i++) out[i] = (unsigned char)(value >> (24 - 8 * i));
}

void frame_set_stream(unsigned char *header, uint32_t stream) { put32(header + 8, stream); }

static void put_header(unsigned char *out, uint8_t type, uint8_t flags, size_t meta, size_t body) {
    memset(out, 0, HEADER_BYTES);
    put32(out, (uint32_t)((meta + body) << 8));
    out[3] = type;
    out[4] = flags;
    out[6] = (unsigned char)(meta >> 8);
    out[7] = (unsigned char)meta;
    put32(out + 12, (uint32_t)body);
}

static size_t put_varint(unsigned char *out, uint64_t value) {
    size_t count = 0;
    for (; value > 0x7f; value >>= 7) out[count++] = (unsigned char)(value | 0x80);
    out[count++] = (unsigned char)value;
    return count;
}

static size_t put_number(unsigned char *out, unsigned field, uint64_t value) {
    size_t count = put_varint(out, field << 3);
    return count + put_varint(out + count, value);
}

static size_t put_bytes(unsigned char *out, unsigned field, const void *bytes, size_t size) {
    size_t count = put_varint(out, field << 3 | 2);
    count += put_varint(out + count, size);
    memcpy(out + count, bytes, size);
    return count + size;
}

static size_t put_text(unsigned char *out, unsigned field, const char *text) {
    return put_bytes(out, field, text, strlen(text));
}

size_t frame_write_hello(unsigned char *out, const char *key) {
    memcpy(out, preface, PREFACE_BYTES);
    unsigned char *header = out + PREFACE_BYTES, *meta = header + HEADER_BYTES;
    size_t size = put_bytes(meta, 2, "\0", 1);  // codecs: bodies as they are
    size += put_text(meta + size, 3, key);
    size += put_text(meta + size, 4, "docket-rounds");
    put_header(header, 1, 0, size, 0);
    return PREFACE_BYTES + HEADER_BYTES + size;
}

size_t frame_write_search(unsigned char *out, const char *collection, const char *query,
                          unsigned limit) {
    unsigned char *meta = out + HEADER_BYTES;
    size_t meta_size = put_number(meta, 1, 3);             // METHOD_SEARCH
    meta_size += put_number(meta + meta_size, 2, 10000);   // timeout_ms
    unsigned char *body = meta + meta_size;
    size_t size = put_text(body, 1, collection);
    size += put_text(body + size, 2, query);
    size += put_number(body + size, 8, limit);
    put_header(out, 4, FLAG_END_STREAM, meta_size, size);
    return HEADER_BYTES + meta_size + size;
}

size_t frame_write_credit(unsigned char *out, uint32_t bytes) {
    put_header(out, 8, 0, 0, 4);
    put32(out + HEADER_BYTES, bytes);
    return HEADER_BYTES + 4;
}

size_t frame_write_pong(unsigned char *out, const unsigned char *payload) {
    put_header(out, FRAME_PING, FLAG_ACK, 0, 8);
    memcpy(out + HEADER_BYTES, payload, 8);
    return HEADER_BYTES + 8;
}
