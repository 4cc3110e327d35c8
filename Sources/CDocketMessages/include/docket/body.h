/* Bodies of messages before protobuf-c reads them, and while it does.
 *
 * protobuf-c 1.4.1 alone must not stand before a peer's bytes: it merges singular messages that
 * come twice in quadratic time and loses what they held, recurses without a bound, takes up to 41
 * times the bytes of a body in memory, cuts numbers off that are too large, and lets NUL and broken
 * UTF-8 pass. The scan refuses what it does wrong, in one look at the bytes and without memory;
 * its knowledge of messages is protobuf-c's own descriptors. */
#ifndef DOCKET_BODY_H
#define DOCKET_BODY_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    DOCKET_BODY_GOOD,
    /* The bytes end inside a field. */
    DOCKET_BODY_TRUNCATED,
    /* A varint of more than ten bytes or 64 bits. */
    DOCKET_BODY_MALFORMED_VARINT,
    /* A field number of 0 or above 2^29 - 1. */
    DOCKET_BODY_INVALID_FIELD_NUMBER,
    /* A group, or a wire type that does not exist. */
    DOCKET_BODY_UNSUPPORTED_WIRE_TYPE,
    /* A known field with a wire type that is not its own. */
    DOCKET_BODY_UNEXPECTED_WIRE_TYPE,
    /* A number beyond its type, a list beyond its bound, one unknown field too many. */
    DOCKET_BODY_OUT_OF_RANGE,
    /* A string that is not UTF-8, or holds a NUL where none may be. */
    DOCKET_BODY_INVALID_TEXT,
    /* A singular field that comes twice, or a second member of a oneof. */
    DOCKET_BODY_DUPLICATE,
    /* Messages inside messages, deeper than the contract has them. */
    DOCKET_BODY_TOO_DEEP,
    /* What protobuf-c would need for it is over the budget of a body of this length. */
    DOCKET_BODY_TOO_LARGE,
} docket_body_fault;

typedef struct {
    docket_body_fault fault;
    /* The number of the field that the fault is about, in its own message; or 0. */
    uint32_t field;
    /* Bytes that protobuf-c needs at most to unpack a good body. */
    size_t memory;
} docket_body_scan;

/* Looks at the `count` bytes of a message, in time linear in them.
 *
 * The elements of the repeated field of the number `listed` are counted and stepped over: the
 * caller scans each by itself. 0 steps over none. */
docket_body_scan docket_scan_body(const ProtobufCMessageDescriptor *message, const uint8_t *bytes,
                                  size_t count, uint32_t listed);

/* Memory for one body after the other. Starts as {0}; `docket_free_memory` gives it back. */
typedef struct {
    uint8_t *start;
    size_t size;
} docket_body_memory;

/* Unpacks a body that the scan found good, for as long as `memory` is left alone; what was unpacked
 * into it before is gone. NULL when there is no memory. */
const ProtobufCMessage *docket_unpack_body(const ProtobufCMessageDescriptor *message,
                                           const uint8_t *bytes, size_t count,
                                           docket_body_scan scan, docket_body_memory *memory);

void docket_free_memory(docket_body_memory *memory);

/* The bytes of a string that `docket_unpack_body` made: C's end of a string is not its end when
 * it holds a NUL. */
typedef struct {
    const uint8_t *start;
    size_t count;
    bool is_ascii;
} docket_text;

docket_text docket_unpacked_text(const char *string);

/* Strings of C cannot hold a NUL: while a message is packed, a byte that UTF-8 never has stands for
 * it. Puts that byte for each NUL among the bytes; false when there is none. */
bool docket_replace_nul(char *bytes, size_t count);

/* Puts NUL back into the strings of a message that was packed. */
void docket_restore_nul(const ProtobufCMessageDescriptor *message, uint8_t *bytes, size_t count);

#endif
