#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

// simdjson's DOM parser behind a C header. A parser is one thread's; values point into it and are
// good until its next parse.

typedef struct docket_json_parser docket_json_parser;

// One value of the document parsed last.
typedef struct {
    const void *document;
    size_t index;
} docket_json_value;

// Where an iteration over an array or an object stands.
typedef struct {
    docket_json_value at;
    docket_json_value end;
} docket_json_cursor;

typedef enum {
    DOCKET_JSON_OK,
    DOCKET_JSON_TOO_LONG,
    DOCKET_JSON_TOO_DEEP,
    DOCKET_JSON_EMPTY,
    DOCKET_JSON_NOT_UTF8,
    DOCKET_JSON_BAD_STRING,
    DOCKET_JSON_BAD_NUMBER,
    DOCKET_JSON_BAD_SYNTAX,
    DOCKET_JSON_NO_MEMORY,
} docket_json_status;

typedef enum {
    DOCKET_JSON_NULL,
    DOCKET_JSON_BOOL,
    DOCKET_JSON_INT64,
    DOCKET_JSON_UINT64,
    DOCKET_JSON_DOUBLE,
    DOCKET_JSON_STRING,
    DOCKET_JSON_ARRAY,
    DOCKET_JSON_OBJECT,
} docket_json_kind;

// NULL when there is no memory.
docket_json_parser *docket_json_parser_new(size_t byte_maximum, size_t depth_maximum);
void docket_json_parser_free(docket_json_parser *parser);

// Copies the bytes, so that they may go away and need no padding.
docket_json_status docket_json_parse(
    docket_json_parser *parser, const uint8_t *bytes, size_t count, docket_json_value *root);

docket_json_kind docket_json_kind_of(docket_json_value value);

// Each is false when the value is of another kind. An INT64 is never above INT64_MAX; a UINT64
// always is. Numbers of all three kinds are readable as double.
bool docket_json_bool(docket_json_value value, bool *out);
bool docket_json_int64(docket_json_value value, int64_t *out);
bool docket_json_uint64(docket_json_value value, uint64_t *out);
bool docket_json_double(docket_json_value value, double *out);
// The bytes are UTF-8, may hold NUL, and are good as long as the value.
bool docket_json_string(docket_json_value value, const char **bytes, size_t *count);

// The first member of this name.
bool docket_json_member(
    docket_json_value object, const char *name, size_t name_count, docket_json_value *out);

bool docket_json_elements(docket_json_value array, docket_json_cursor *cursor);
bool docket_json_next_element(docket_json_cursor *cursor, docket_json_value *element);

bool docket_json_members(docket_json_value object, docket_json_cursor *cursor);
bool docket_json_next_member(
    docket_json_cursor *cursor, const char **name, size_t *name_count, docket_json_value *value);

#ifdef __cplusplus
}
#endif
