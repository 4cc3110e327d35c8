#pragma once
// The check of option types is for calls with constant options.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <stddef.h>
#include <stdint.h>

// What libcurl declares as variadic, as functions of values.

struct docket_curl_request {
    const char *method;
    const char *url;
    // Copied; NULL for a request without a body.
    const void *body;
    size_t body_count;
    // Must live as long as the transfer.
    struct curl_slist *headers;
    // PEM; NULL for the authorities that the system trusts.
    const char *ca_file;
    long connect_milliseconds;
    // Gets the reply's bytes, with `context`.
    curl_write_callback receive;
    void *context;
};

// The first code that is not CURLE_OK ends it. No redirects, no proxy, no signals, no other
// protocols, certificates always checked.
static inline CURLcode docket_curl_prepare(CURL *easy, const struct docket_curl_request *request) {
    CURLcode code = CURLE_OK;
#define DOCKET_SET(option, value) \
    if (code == CURLE_OK) code = curl_easy_setopt(easy, option, value)
    DOCKET_SET(CURLOPT_PROTOCOLS_STR, "http,https");
    DOCKET_SET(CURLOPT_URL, request->url);
    DOCKET_SET(CURLOPT_FOLLOWLOCATION, 0L);
    DOCKET_SET(CURLOPT_PROXY, "");
    DOCKET_SET(CURLOPT_NOSIGNAL, 1L);
    DOCKET_SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    DOCKET_SET(CURLOPT_TCP_KEEPALIVE, 1L);
    DOCKET_SET(CURLOPT_CONNECTTIMEOUT_MS, request->connect_milliseconds);
    DOCKET_SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    DOCKET_SET(CURLOPT_SSL_VERIFYPEER, 1L);
    DOCKET_SET(CURLOPT_SSL_VERIFYHOST, 2L);
    if (request->ca_file != NULL) {
        DOCKET_SET(CURLOPT_CAINFO, request->ca_file);
        DOCKET_SET(CURLOPT_CAPATH, NULL);
    }
    if (request->body != NULL) {
        DOCKET_SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_count);
        DOCKET_SET(CURLOPT_COPYPOSTFIELDS, request->body);
    }
    DOCKET_SET(CURLOPT_CUSTOMREQUEST, request->method);
    DOCKET_SET(CURLOPT_HTTPHEADER, request->headers);
    DOCKET_SET(CURLOPT_WRITEFUNCTION, request->receive);
    DOCKET_SET(CURLOPT_WRITEDATA, request->context);
    DOCKET_SET(CURLOPT_PRIVATE, request->context);
#undef DOCKET_SET
    return code;
}

// The status of the last reply, 0 before one.
static inline long docket_curl_status(CURL *easy) {
    long status = 0;
    return curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK ? status : 0;
}

// The context that the transfer was prepared with.
static inline void *docket_curl_context(CURL *easy) {
    void *context = NULL;
    return curl_easy_getinfo(easy, CURLINFO_PRIVATE, &context) == CURLE_OK ? context : NULL;
}

static inline CURLMcode docket_curl_limit(CURLM *multi, long connections, long kept) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections);
    if (code == CURLM_OK) code = curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kept);
    return code;
}

// The next transfer that has ended and how; NULL when there is none.
static inline CURL *docket_curl_ended(CURLM *multi, CURLcode *result) {
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE) continue;
        *result = message->data.result;
        return message->easy_handle;
    }
    return NULL;
}
