#include "docket_json.h"

#include <cstring>
#include <memory>
#include <new>
#include <simdjson.h>
#include <string_view>
#include <type_traits>

namespace dom = simdjson::dom;

struct docket_json_parser {
    dom::parser parser;
    size_t byte_maximum;
    // The input with the readable bytes that simdjson wants after it; grows and is used again.
    std::unique_ptr<uint8_t[]> input;
    size_t capacity = 0;

    // simdjson prepares for 32 bytes at least, and refuses all where it may not.
    explicit docket_json_parser(size_t maximum)
        : parser(maximum < 32 ? 32 : maximum), byte_maximum(maximum) {}
};

namespace {

// simdjson's elements and iterators are a pointer to the document and a place in it: they cross the
// C header as the same bytes.
template <typename Type>
Type unwrap(docket_json_value value) {
    static_assert(sizeof(Type) == sizeof(docket_json_value));
    static_assert(std::is_trivially_copyable_v<Type>);
    Type out;
    std::memcpy(static_cast<void *>(&out), &value, sizeof out);
    return out;
}

template <typename Type>
docket_json_value wrap(const Type &value) {
    static_assert(sizeof(Type) == sizeof(docket_json_value));
    static_assert(std::is_trivially_copyable_v<Type>);
    docket_json_value out;
    std::memcpy(&out, static_cast<const void *>(&value), sizeof out);
    return out;
}

dom::element element(docket_json_value value) { return unwrap<dom::element>(value); }

docket_json_status status(simdjson::error_code code) {
    switch (code) {
    case simdjson::SUCCESS: return DOCKET_JSON_OK;
    case simdjson::CAPACITY: return DOCKET_JSON_TOO_LONG;
    case simdjson::DEPTH_ERROR: return DOCKET_JSON_TOO_DEEP;
    case simdjson::EMPTY: return DOCKET_JSON_EMPTY;
    case simdjson::UTF8_ERROR: return DOCKET_JSON_NOT_UTF8;
    case simdjson::STRING_ERROR:
    case simdjson::UNESCAPED_CHARS:
    case simdjson::UNCLOSED_STRING: return DOCKET_JSON_BAD_STRING;
    case simdjson::NUMBER_ERROR:
    case simdjson::NUMBER_OUT_OF_RANGE: return DOCKET_JSON_BAD_NUMBER;
    case simdjson::MEMALLOC: return DOCKET_JSON_NO_MEMORY;
    default: return DOCKET_JSON_BAD_SYNTAX;
    }
}

bool reserve(docket_json_parser *parser, size_t count) {
    size_t needed = count + simdjson::SIMDJSON_PADDING;
    if (needed <= parser->capacity) return true;
    parser->input.reset(new (std::nothrow) uint8_t[needed]);
    parser->capacity = parser->input ? needed : 0;
    return parser->input != nullptr;
}

template <typename Container>
docket_json_cursor cursor(const Container &container) {
    return {wrap(container.begin()), wrap(container.end())};
}

} // namespace

docket_json_parser *docket_json_parser_new(size_t byte_maximum, size_t depth_maximum) {
    auto parser = new (std::nothrow) docket_json_parser(byte_maximum);
    if (parser == nullptr) return nullptr;
    // The depth stays when the parser grows.
    size_t first = byte_maximum < 4096 ? byte_maximum : 4096;
    if (parser->parser.allocate(first, depth_maximum) != simdjson::SUCCESS) {
        delete parser;
        return nullptr;
    }
    return parser;
}

void docket_json_parser_free(docket_json_parser *parser) { delete parser; }

docket_json_status docket_json_parse(
    docket_json_parser *parser, const uint8_t *bytes, size_t count, docket_json_value *root) {
    if (count > parser->byte_maximum) return DOCKET_JSON_TOO_LONG;
    if (count == 0) return DOCKET_JSON_EMPTY;
    if (!reserve(parser, count)) return DOCKET_JSON_NO_MEMORY;
    std::memcpy(parser->input.get(), bytes, count);
    std::memset(parser->input.get() + count, 0, simdjson::SIMDJSON_PADDING);
    dom::element out;
    auto code = parser->parser.parse(parser->input.get(), count, false).get(out);
    if (code == simdjson::SUCCESS) *root = wrap(out);
    return status(code);
}

docket_json_kind docket_json_kind_of(docket_json_value value) {
    switch (element(value).type()) {
    case dom::element_type::BOOL: return DOCKET_JSON_BOOL;
    case dom::element_type::INT64: return DOCKET_JSON_INT64;
    case dom::element_type::UINT64: return DOCKET_JSON_UINT64;
    case dom::element_type::DOUBLE: return DOCKET_JSON_DOUBLE;
    case dom::element_type::STRING: return DOCKET_JSON_STRING;
    case dom::element_type::ARRAY: return DOCKET_JSON_ARRAY;
    case dom::element_type::OBJECT: return DOCKET_JSON_OBJECT;
    case dom::element_type::NULL_VALUE: break;
    }
    return DOCKET_JSON_NULL;
}

bool docket_json_bool(docket_json_value value, bool *out) {
    return element(value).get(*out) == simdjson::SUCCESS;
}

bool docket_json_int64(docket_json_value value, int64_t *out) {
    return element(value).get(*out) == simdjson::SUCCESS;
}

bool docket_json_uint64(docket_json_value value, uint64_t *out) {
    return element(value).get(*out) == simdjson::SUCCESS;
}

bool docket_json_double(docket_json_value value, double *out) {
    return element(value).get(*out) == simdjson::SUCCESS;
}

bool docket_json_string(docket_json_value value, const char **bytes, size_t *count) {
    std::string_view text;
    if (element(value).get(text) != simdjson::SUCCESS) return false;
    *bytes = text.data();
    *count = text.size();
    return true;
}

bool docket_json_member(
    docket_json_value object, const char *name, size_t name_count, docket_json_value *out) {
    dom::object members;
    if (element(object).get(members) != simdjson::SUCCESS) return false;
    dom::element found;
    auto code = members.at_key(std::string_view(name, name_count)).get(found);
    if (code != simdjson::SUCCESS) return false;
    *out = wrap(found);
    return true;
}

bool docket_json_elements(docket_json_value array, docket_json_cursor *out) {
    dom::array elements;
    if (element(array).get(elements) != simdjson::SUCCESS) return false;
    *out = cursor(elements);
    return true;
}

bool docket_json_next_element(docket_json_cursor *cursor, docket_json_value *out) {
    auto at = unwrap<dom::array::iterator>(cursor->at);
    if (!(at != unwrap<dom::array::iterator>(cursor->end))) return false;
    *out = wrap(*at);
    ++at;
    cursor->at = wrap(at);
    return true;
}

bool docket_json_members(docket_json_value object, docket_json_cursor *out) {
    dom::object members;
    if (element(object).get(members) != simdjson::SUCCESS) return false;
    *out = cursor(members);
    return true;
}

bool docket_json_next_member(
    docket_json_cursor *cursor, const char **name, size_t *name_count, docket_json_value *value) {
    auto at = unwrap<dom::object::iterator>(cursor->at);
    if (!(at != unwrap<dom::object::iterator>(cursor->end))) return false;
    std::string_view key = at.key();
    *name = key.data();
    *name_count = key.size();
    *value = wrap(at.value());
    ++at;
    cursor->at = wrap(at);
    return true;
}
