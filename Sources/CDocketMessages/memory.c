#include <stdlib.h>
#include <string.h>

#include "docket/body.h"

enum { LEAST_SIZE = 1024, ALIGNMENT = 8 };

/* What is left of the memory while one body is unpacked. */
typedef struct {
    uint8_t *next;
    uint8_t *end;
} room;

/* Protobuf-c's memory, in a row; before each piece stands its size. */
static void *take(void *data, size_t size) {
    room *room = data;
    size_t whole = sizeof size + ((size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1));
    if (size > (size_t)(room->end - room->next) || whole > (size_t)(room->end - room->next)) {
        return NULL;
    }
    uint8_t *piece = room->next + sizeof size;
    memcpy(room->next, &size, sizeof size);
    room->next += whole;
    return piece;
}

/* All is given back at once. */
static void leave(void *data, void *piece) {
    (void)data;
    (void)piece;
}

static bool make_room(docket_body_memory *memory, size_t size) {
    if (memory->size >= size) return true;
    if (size < LEAST_SIZE) size = LEAST_SIZE;
    if (size < memory->size * 2) size = memory->size * 2;
    docket_free_memory(memory);
    memory->start = malloc(size);
    if (memory->start == NULL) return false;
    memory->size = size;
    return true;
}

const ProtobufCMessage *docket_unpack_body(const ProtobufCMessageDescriptor *message,
                                           const uint8_t *bytes, size_t count,
                                           docket_body_scan scan, docket_body_memory *memory) {
    if (scan.fault != DOCKET_BODY_GOOD || !make_room(memory, scan.memory)) return NULL;
    room room = {memory->start, memory->start + memory->size};
    ProtobufCAllocator allocator = {take, leave, &room};
    return protobuf_c_message_unpack(message, &allocator, count, bytes);
}

void docket_free_memory(docket_body_memory *memory) {
    free(memory->start);
    *memory = (docket_body_memory){0};
}

docket_text docket_unpacked_text(const char *string) {
    docket_text text = {.is_ascii = true};
    /* A field that did not come has protobuf-c's own empty string. */
    if (string == NULL || string == protobuf_c_empty_string) return text;
    size_t size;
    memcpy(&size, string - sizeof size, sizeof size);
    text.start = (const uint8_t *)string;
    text.count = size - 1;
    uint8_t bits = 0;
    for (size_t i = 0; i < text.count; i++) bits |= text.start[i];
    text.is_ascii = bits < 0x80;
    return text;
}
