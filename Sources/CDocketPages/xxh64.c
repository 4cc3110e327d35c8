/* XXH64, after its specification: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md,
 * where the five primes, the rotations and the order of the steps come from. It is for accidents,
 * not against attackers. */
#include "docket_pages.h"

#include <string.h>

static const uint64_t PRIME1 = 0x9E3779B185EBCA87, PRIME2 = 0xC2B2AE3D27D4EB4F,
                      PRIME3 = 0x165667B19E3779F9, PRIME4 = 0x85EBCA77C2B2AE63,
                      PRIME5 = 0x27D4EB2F165667C5;

static inline uint64_t rotate(uint64_t x, int by) { return x << by | x >> (64 - by); }

static inline uint64_t read64(const unsigned char *bytes) {
    uint64_t x;
    memcpy(&x, bytes, sizeof x);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = __builtin_bswap64(x);
#endif
    return x;
}

static inline uint32_t read32(const unsigned char *bytes) {
    uint32_t x;
    memcpy(&x, bytes, sizeof x);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = __builtin_bswap32(x);
#endif
    return x;
}

static inline uint64_t round64(uint64_t lane, uint64_t input) {
    return rotate(lane + input * PRIME2, 31) * PRIME1;
}

static inline uint64_t merge(uint64_t sum, uint64_t lane) {
    return (sum ^ round64(0, lane)) * PRIME1 + PRIME4;
}

uint64_t docket_xxh64(const unsigned char *at, uint64_t count, uint64_t seed) {
    const unsigned char *end = at + count;
    uint64_t sum = seed + PRIME5;
    if (count >= 32) {
        uint64_t a = seed + PRIME1 + PRIME2, b = seed + PRIME2, c = seed, d = seed - PRIME1;
        for (; end - at >= 32; at += 32) {
            a = round64(a, read64(at));
            b = round64(b, read64(at + 8));
            c = round64(c, read64(at + 16));
            d = round64(d, read64(at + 24));
        }
        sum = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18);
        sum = merge(merge(merge(merge(sum, a), b), c), d);
    }
    sum += count;
    for (; end - at >= 8; at += 8)
        sum = rotate(sum ^ round64(0, read64(at)), 27) * PRIME1 + PRIME4;
    if (end - at >= 4) {
        sum = rotate(sum ^ read32(at) * PRIME1, 23) * PRIME2 + PRIME3;
        at += 4;
    }
    for (; at < end; at++) sum = rotate(sum ^ *at * PRIME5, 11) * PRIME1;
    sum = (sum ^ sum >> 33) * PRIME2;
    sum = (sum ^ sum >> 29) * PRIME3;
    return sum ^ sum >> 32;
}

uint64_t docket_page_checksum(const unsigned char *page, uint32_t number) {
    return docket_xxh64(page, DOCKET_PAGE_BYTES - DOCKET_CHECKSUM_BYTES, number);
}
