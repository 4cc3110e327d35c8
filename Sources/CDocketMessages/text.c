#include "text.h"

#include <string.h>

#include "docket/body.h"

/* Stands for NUL in a message that is being packed. */
enum { placeholder = 0xFF };

static const uint64_t ones = 0x0101010101010101;
static const uint64_t high_bits = 0x8080808080808080;

/* Whether the eight bytes are ASCII and none is NUL: what lies below 0x80 and above 0 keeps its
 * high bit clear when 1 is taken from it. */
static inline bool is_plain(const uint8_t *at) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return ((word | (word - ones)) & high_bits) == 0;
}

static inline bool is_within(uint8_t byte, uint8_t least, uint8_t most) {
    return byte >= least && byte <= most;
}

static inline bool continues(uint8_t byte) { return (byte & 0xC0) == 0x80; }

/* The bytes of the character at `at`, which is not ASCII; 0 when it is broken. Unicode 15, table
 * 3-7 has the ranges. */
static size_t length_of_character(const uint8_t *at, const uint8_t *end) {
    uint8_t first = at[0];
    size_t rest = (size_t)(end - at);
    if (first < 0xE0) return first >= 0xC2 && rest >= 2 && continues(at[1]) ? 2 : 0;
    if (first < 0xF0) {
        if (rest < 3 || !continues(at[2])) return 0;
        uint8_t least = first == 0xE0 ? 0xA0 : 0x80, most = first == 0xED ? 0x9F : 0xBF;
        return is_within(at[1], least, most) ? 3 : 0;
    }
    if (first > 0xF4 || rest < 4 || !continues(at[2]) || !continues(at[3])) return 0;
    uint8_t least = first == 0xF0 ? 0x90 : 0x80, most = first == 0xF4 ? 0x8F : 0xBF;
    return is_within(at[1], least, most) ? 4 : 0;
}

docket_text_state docket_check_text(const uint8_t *at, const uint8_t *end) {
    bool has_nul = false;
    while (at < end) {
        while (end - at >= 16 && is_plain(at) && is_plain(at + 8)) at += 16;
        if (end - at >= 8 && is_plain(at)) at += 8;
        while (at < end && *at < 0x80) {
            if (*at == 0) has_nul = true;
            at++;
            if (end - at >= 8 && is_plain(at)) break;
        }
        while (at < end && *at >= 0x80) {
            size_t length = length_of_character(at, end);
            if (length == 0) return DOCKET_TEXT_BROKEN;
            at += length;
        }
    }
    return has_nul ? DOCKET_TEXT_WITH_NUL : DOCKET_TEXT_GOOD;
}

bool docket_replace_nul(char *bytes, size_t count) {
    char *found = memchr(bytes, 0, count);
    if (found == NULL) return false;
    for (; found < bytes + count; found++) {
        if (*found == 0) *found = (char)placeholder;
    }
    return true;
}

void docket_put_nul(uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] == placeholder) bytes[i] = 0;
    }
}
