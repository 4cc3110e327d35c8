#include <string.h>

#include "docket/body.h"
#include "text.h"

enum {
    /* The contract has five levels; each takes a frame of the stack here and in protobuf-c. */
    DEPTH_MAXIMUM = 8,
    /* Fields of one message that the scan can count. */
    FIELDS_MAXIMUM = 64,
    /* Unknown fields of one message: a newer client has some, an attacker has many. */
    UNKNOWN_MAXIMUM = 32,
    FIELD_NUMBER_MAXIMUM = 0x1FFFFFFF,

    /* What an allocation takes beside its bytes, see `take` in memory.c. */
    ALLOCATION_HEAD = 16,
    /* protobuf-c notes each field of a message, the first 16 on its stack, in slabs that double. */
    NOTE_BYTES = 40,
    NOTES_ON_STACK = 16,
};

/* A body may take this much memory, and so much more for each of its bytes. */
static const size_t budget_base = 1 << 20;
static const size_t budget_for_byte = 16;
static const size_t budget_maximum = 64 << 20;

/* Elements of a repeated field, beyond which nothing is read: the service's limits are tighter. */
static const uint32_t elements_maximum = 10000;
static const struct {
    const char *message;
    const char *field;
    uint32_t maximum;
} other_maxima[] = {
    {"SearchReply", "hits", 100000},        {"StreamPart", "documents", 100000},
    {"ListTenantsReply", "tenants", 100000}, {"ListKeysReply", "keys", 100000},
    {"Document", "attributes", 1000},       {"Collection", "attributes", 1000},
    {"CreateCollectionRequest", "attributes", 1000},
    {"AddAttributesRequest", "attributes", 1000},
    {"FieldSelection", "names", 1000},      {"SearchRequest", "sort", 1000},
    {"SearchRequest", "facets", 1000},      {"SearchRequest", "highlights", 1000},
    {"SearchReply", "facets", 1000},        {"Hit", "highlights", 1000},
    {"FacetResult", "counts", 1000},        {"Key", "scopes", 1000},
};
static const uint32_t least_maximum = 1000;

/* Strings that may hold a NUL: the check of documents refuses it, by document and field. */
static const struct {
    const char *message;
    const char *field;
} with_nul[] = {
    {"Document", "id"},       {"Document", "title"}, {"Document", "body"},
    {"Attribute", "strings"}, {"Rejection", "id"},
};

typedef const ProtobufCMessageDescriptor message_type;
typedef const ProtobufCFieldDescriptor field_type;

typedef struct {
    uint32_t listed;
    docket_body_fault fault;
    uint32_t field;
    size_t memory;
    /* NUL is put where its placeholder is; the bytes are the caller's own then. */
    bool restores_nul;
} scan_state;

/* What is left of a message. */
typedef struct {
    const uint8_t *at;
    const uint8_t *end;
} input;

static bool fail(scan_state *scan, docket_body_fault fault, uint32_t field) {
    scan->fault = fault;
    scan->field = field;
    return false;
}

static bool is_of(message_type *message, field_type *field, const char *m, const char *f) {
    return strcmp(message->short_name, m) == 0 && strcmp(field->name, f) == 0;
}

static uint32_t maximum_of(message_type *message, field_type *field) {
    for (size_t i = 0; i < sizeof other_maxima / sizeof *other_maxima; i++) {
        if (is_of(message, field, other_maxima[i].message, other_maxima[i].field)) {
            return other_maxima[i].maximum;
        }
    }
    return elements_maximum;
}

static bool may_hold_nul(message_type *message, field_type *field) {
    for (size_t i = 0; i < sizeof with_nul / sizeof *with_nul; i++) {
        if (is_of(message, field, with_nul[i].message, with_nul[i].field)) return true;
    }
    return false;
}

/* Steps over a varint of at most `most` bytes: ten, or five of tags and lengths. */
static inline bool varint(scan_state *scan, input *in, unsigned most, uint64_t *value) {
    if (in->at < in->end && *in->at < 0x80) {
        *value = *in->at++;
        return true;
    }
    uint64_t result = 0;
    for (unsigned i = 0; i < most; i++) {
        if (in->at == in->end) return fail(scan, DOCKET_BODY_TRUNCATED, 0);
        uint8_t byte = *in->at++;
        if (i == 9 && byte > 1) return fail(scan, DOCKET_BODY_MALFORMED_VARINT, 0);
        result |= (uint64_t)(byte & 0x7F) << (7 * i);
        if (byte < 0x80) {
            *value = result;
            return true;
        }
    }
    return fail(scan, DOCKET_BODY_MALFORMED_VARINT, 0);
}

static inline bool step(scan_state *scan, input *in, size_t count) {
    if ((size_t)(in->end - in->at) < count) return fail(scan, DOCKET_BODY_TRUNCATED, 0);
    in->at += count;
    return true;
}

/* Steps over a length and as many bytes, which become `inner`. */
static inline bool delimited(scan_state *scan, input *in, input *inner) {
    uint64_t length;
    if (!varint(scan, in, 5, &length)) return false;
    inner->at = in->at;
    if (!step(scan, in, length)) return false;
    inner->end = in->at;
    return true;
}

static inline void needs(scan_state *scan, size_t bytes) {
    scan->memory += ALLOCATION_HEAD + bytes;
}

/* How a single value of the field is written. */
static inline unsigned wire_type_of(field_type *field) {
    switch (field->type) {
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FLOAT: return PROTOBUF_C_WIRE_TYPE_32BIT;
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE: return PROTOBUF_C_WIRE_TYPE_64BIT;
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
    case PROTOBUF_C_TYPE_MESSAGE: return PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED;
    default: return PROTOBUF_C_WIRE_TYPE_VARINT;
    }
}

/* Bytes of an element in the array of a repeated field. */
static inline size_t element_size(field_type *field) {
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE: return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES: return sizeof(ProtobufCBinaryData);
    default: return sizeof(uint64_t);
    }
}

/* Whether a varint is a value of the field's type; protobuf-c cuts off what is too large. */
static inline bool is_in_range(field_type *field, uint64_t value) {
    switch (field->type) {
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_SINT32: return value <= UINT32_MAX;
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_ENUM: return value <= INT32_MAX || value >= (uint64_t)INT32_MIN;
    default: return true;
    }
}

static bool scan_message(scan_state *scan, message_type *message, input in, unsigned depth);

static bool scan_text(scan_state *scan, message_type *message, field_type *field, input text) {
    needs(scan, (size_t)(text.end - text.at) + 1);
    if (scan->restores_nul) {
        docket_put_nul((uint8_t *)text.at, (size_t)(text.end - text.at));
        return true;
    }
    switch (docket_check_text(text.at, text.end)) {
    case DOCKET_TEXT_GOOD: return true;
    case DOCKET_TEXT_WITH_NUL:
        if (may_hold_nul(message, field)) return true;
        break;
    case DOCKET_TEXT_BROKEN: break;
    }
    return fail(scan, DOCKET_BODY_INVALID_TEXT, field->id);
}

/* One value, alone or an element of a list that is not packed. */
static inline bool scan_value(scan_state *scan, message_type *message, field_type *field, input *in,
                              unsigned depth) {
    uint64_t number;
    input inner;
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        return delimited(scan, in, &inner) && scan_text(scan, message, field, inner);
    case PROTOBUF_C_TYPE_MESSAGE:
        if (!delimited(scan, in, &inner)) return false;
        if (depth == 1 && field->id == scan->listed) return true;
        return scan_message(scan, field->descriptor, inner, depth + 1);
    case PROTOBUF_C_TYPE_BYTES:
        if (!delimited(scan, in, &inner)) return false;
        needs(scan, (size_t)(inner.end - inner.at));
        return true;
    default: break;
    }
    switch (wire_type_of(field)) {
    case PROTOBUF_C_WIRE_TYPE_32BIT: return step(scan, in, 4);
    case PROTOBUF_C_WIRE_TYPE_64BIT: return step(scan, in, 8);
    default:
        if (!varint(scan, in, 10, &number)) return false;
        return is_in_range(field, number) || fail(scan, DOCKET_BODY_OUT_OF_RANGE, field->id);
    }
}

/* The numbers of a packed list, which are added to `elements`. */
static bool scan_packed(scan_state *scan, message_type *message, field_type *field, input list,
                        uint32_t *elements) {
    while (list.at < list.end) {
        /* protobuf-c takes each byte of packed booleans for one of them. */
        if (field->type == PROTOBUF_C_TYPE_BOOL && *list.at > 1) {
            return fail(scan, DOCKET_BODY_OUT_OF_RANGE, field->id);
        }
        if (!scan_value(scan, message, field, &list, 0)) return false;
        *elements += 1;
        scan->memory += element_size(field);
    }
    return true;
}

/* A value of a known field; `counts` has what came of each field before. */
static inline bool scan_field(scan_state *scan, message_type *message, field_type *field,
                              unsigned wire_type, input *in, uint32_t *counts, unsigned depth) {
    uint32_t *count = &counts[field - message->fields];
    if (field->label != PROTOBUF_C_LABEL_REPEATED) {
        if (*count > 0) return fail(scan, DOCKET_BODY_DUPLICATE, field->id);
        if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
            for (unsigned i = 0; i < message->n_fields; i++) {
                bool is_member = message->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF
                    && message->fields[i].quantifier_offset == field->quantifier_offset;
                if (is_member && counts[i] > 0) {
                    return fail(scan, DOCKET_BODY_DUPLICATE, field->id);
                }
            }
        }
        *count = 1;
        if (wire_type != wire_type_of(field)) {
            return fail(scan, DOCKET_BODY_UNEXPECTED_WIRE_TYPE, field->id);
        }
        return scan_value(scan, message, field, in, depth);
    }
    if (*count == 0) needs(scan, 0);
    unsigned own = wire_type_of(field);
    if (wire_type == own) {
        *count += 1;
        scan->memory += element_size(field);
        if (!scan_value(scan, message, field, in, depth)) return false;
    } else {
        input list;
        if (wire_type != PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED) {
            return fail(scan, DOCKET_BODY_UNEXPECTED_WIRE_TYPE, field->id);
        }
        if (!delimited(scan, in, &list)) return false;
        if (!scan_packed(scan, message, field, list, count)) return false;
    }
    if (*count > least_maximum && *count > maximum_of(message, field)) {
        return fail(scan, DOCKET_BODY_OUT_OF_RANGE, field->id);
    }
    return true;
}

/* A field that this version does not know, which protobuf-c keeps. */
static bool scan_unknown(scan_state *scan, unsigned wire_type, input *in) {
    const uint8_t *start = in->at;
    uint64_t number;
    input inner;
    bool is_good = false;
    switch (wire_type) {
    case PROTOBUF_C_WIRE_TYPE_VARINT: is_good = varint(scan, in, 10, &number); break;
    case PROTOBUF_C_WIRE_TYPE_64BIT: is_good = step(scan, in, 8); break;
    case PROTOBUF_C_WIRE_TYPE_32BIT: is_good = step(scan, in, 4); break;
    default: is_good = delimited(scan, in, &inner); break;
    }
    needs(scan, ALLOCATION_HEAD + sizeof(ProtobufCMessageUnknownField));
    scan->memory += (size_t)(in->at - start);
    return is_good;
}

static inline field_type *field_of(message_type *message, uint32_t number) {
    for (unsigned i = 0; i < message->n_field_ranges; i++) {
        ProtobufCIntRange range = message->field_ranges[i];
        uint32_t end = (uint32_t)message->field_ranges[i + 1].orig_index - range.orig_index;
        uint32_t place = number - (uint32_t)range.start_value;
        if (place < end) return &message->fields[range.orig_index + place];
    }
    return NULL;
}

static bool scan_message(scan_state *scan, message_type *message, input in, unsigned depth) {
    uint32_t counts[FIELDS_MAXIMUM];
    if (depth > DEPTH_MAXIMUM || message->n_fields > FIELDS_MAXIMUM) {
        return fail(scan, DOCKET_BODY_TOO_DEEP, 0);
    }
    memset(counts, 0, message->n_fields * sizeof *counts);
    needs(scan, message->sizeof_message);
    uint32_t unknown = 0;
    size_t notes = 0;
    for (; in.at < in.end; notes++) {
        uint64_t tag;
        if (!varint(scan, &in, 5, &tag)) return false;
        uint64_t number = tag >> 3;
        unsigned wire_type = tag & 7;
        if (number == 0 || number > FIELD_NUMBER_MAXIMUM) {
            return fail(scan, DOCKET_BODY_INVALID_FIELD_NUMBER, 0);
        }
        if (wire_type > 2 && wire_type != PROTOBUF_C_WIRE_TYPE_32BIT) {
            return fail(scan, DOCKET_BODY_UNSUPPORTED_WIRE_TYPE, 0);
        }
        field_type *field = field_of(message, (uint32_t)number);
        if (field != NULL) {
            if (!scan_field(scan, message, field, wire_type, &in, counts, depth)) return false;
        } else {
            if (++unknown > UNKNOWN_MAXIMUM) {
                return fail(scan, DOCKET_BODY_OUT_OF_RANGE, (uint32_t)number);
            }
            if (!scan_unknown(scan, wire_type, &in)) return false;
        }
    }
    for (size_t slab = NOTES_ON_STACK, all = slab; all < notes; all += slab) {
        slab *= 2;
        needs(scan, slab * NOTE_BYTES);
    }
    return true;
}

docket_body_scan docket_scan_body(message_type *message, const uint8_t *bytes, size_t count,
                                  uint32_t listed) {
    scan_state scan = {.listed = listed};
    if (scan_message(&scan, message, (input){bytes, bytes + count}, 1)) {
        size_t budget = budget_base + budget_for_byte * count;
        if (budget > budget_maximum) budget = budget_maximum;
        if (scan.memory > budget) fail(&scan, DOCKET_BODY_TOO_LARGE, 0);
    }
    return (docket_body_scan){scan.fault, scan.field, scan.memory};
}

void docket_restore_nul(message_type *message, uint8_t *bytes, size_t count) {
    scan_state scan = {.restores_nul = true};
    scan_message(&scan, message, (input){bytes, bytes + count}, 1);
}
