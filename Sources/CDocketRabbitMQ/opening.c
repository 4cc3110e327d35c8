#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "broker.h"

static struct timeval milliseconds(int count) {
    return (struct timeval){.tv_sec = count / 1000, .tv_usec = count % 1000 * 1000};
}

void docket_broker_explain(int status, char *reason) {
    snprintf(reason, DOCKET_BROKER_REASON, "%s", amqp_error_string2(status));
}

void docket_broker_explain_close(const amqp_method_t *method, char *reason) {
    amqp_bytes_t text = amqp_empty_bytes;
    if (method->id == AMQP_CHANNEL_CLOSE_METHOD)
        text = ((const amqp_channel_close_t *)method->decoded)->reply_text;
    else if (method->id == AMQP_CONNECTION_CLOSE_METHOD)
        text = ((const amqp_connection_close_t *)method->decoded)->reply_text;
    if (text.len == 0)
        snprintf(reason, DOCKET_BROKER_REASON, "the broker ended it");
    else
        snprintf(reason, DOCKET_BROKER_REASON, "%.*s", (int)text.len, (const char *)text.bytes);
}

bool docket_broker_succeeded(amqp_rpc_reply_t reply, char *reason) {
    switch (reply.reply_type) {
        case AMQP_RESPONSE_NORMAL: return true;
        case AMQP_RESPONSE_SERVER_EXCEPTION:
            docket_broker_explain_close(&reply.reply, reason);
            return false;
        case AMQP_RESPONSE_LIBRARY_EXCEPTION:
            docket_broker_explain(reply.library_error, reason);
            return false;
        default: snprintf(reason, DOCKET_BROKER_REASON, "the broker ended it"); return false;
    }
}

static amqp_table_entry_t supported(const char *name) {
    return (amqp_table_entry_t){
        .key = amqp_cstring_bytes(name),
        .value = {.kind = AMQP_FIELD_KIND_BOOLEAN, .value.boolean = 1},
    };
}

/* The library's own login announces nothing of this, and the broker then keeps it to itself. */
static bool log_in(docket_broker *broker, const docket_broker_options *options, char *reason) {
    amqp_table_entry_t capabilities[] = {
        supported("connection.blocked"), supported("consumer_cancel_notify"),
        supported("publisher_confirms"), supported("basic.nack"),
    };
    amqp_table_entry_t properties[] = {{
        .key = amqp_cstring_bytes("capabilities"),
        .value = {
            .kind = AMQP_FIELD_KIND_TABLE,
            .value.table = {sizeof capabilities / sizeof *capabilities, capabilities},
        },
    }};
    amqp_table_t table = {1, properties};
    amqp_rpc_reply_t reply = amqp_login_with_properties(
        broker->state, options->virtual_host, DOCKET_BROKER_CHANNEL, AMQP_DEFAULT_FRAME_SIZE,
        options->heartbeat_seconds, &table, AMQP_SASL_METHOD_PLAIN, options->user,
        options->password
    );
    return docket_broker_succeeded(reply, reason);
}

static bool declare(docket_broker *broker, const docket_broker_options *options, char *reason) {
    amqp_table_entry_t arguments[] = {
        {.key = amqp_cstring_bytes("x-max-length"),
         .value = {.kind = AMQP_FIELD_KIND_I32, .value.i32 = options->queue_messages}},
        {.key = amqp_cstring_bytes("x-message-ttl"),
         .value = {.kind = AMQP_FIELD_KIND_I32, .value.i32 = options->queue_milliseconds}},
        {.key = amqp_cstring_bytes("x-overflow"),
         .value = {.kind = AMQP_FIELD_KIND_UTF8,
                   .value.bytes = amqp_cstring_bytes("reject-publish")}},
    };
    amqp_table_t table = {sizeof arguments / sizeof *arguments, arguments};
    amqp_queue_declare(
        broker->state, DOCKET_BROKER_CHANNEL, amqp_cstring_bytes(options->queue), 0, 1, 0, 0, table
    );
    return docket_broker_succeeded(amqp_get_rpc_reply(broker->state), reason);
}

static bool begin(docket_broker *broker, const docket_broker_options *options, char *reason) {
    if (options->prefetch == 0) {
        amqp_confirm_select(broker->state, DOCKET_BROKER_CHANNEL);
        return docket_broker_succeeded(amqp_get_rpc_reply(broker->state), reason);
    }
    amqp_basic_qos(broker->state, DOCKET_BROKER_CHANNEL, 0, options->prefetch, 0);
    if (!docket_broker_succeeded(amqp_get_rpc_reply(broker->state), reason)) return false;
    amqp_basic_consume(
        broker->state, DOCKET_BROKER_CHANNEL, amqp_cstring_bytes(options->queue),
        amqp_empty_bytes, 0, 0, 0, amqp_empty_table
    );
    return docket_broker_succeeded(amqp_get_rpc_reply(broker->state), reason);
}

static bool open_all(docket_broker *broker, const docket_broker_options *options, char *reason) {
    struct timeval limit = milliseconds(options->timeout_milliseconds);
    amqp_set_handshake_timeout(broker->state, &limit);
    amqp_set_rpc_timeout(broker->state, &limit);
    amqp_socket_t *socket = amqp_tcp_socket_new(broker->state);
    if (socket == NULL) {
        docket_broker_explain(AMQP_STATUS_NO_MEMORY, reason);
        return false;
    }
    int status = amqp_socket_open_noblock(socket, options->host, options->port, &limit);
    if (status != AMQP_STATUS_OK) {
        docket_broker_explain(status, reason);
        return false;
    }
    if (!log_in(broker, options, reason)) return false;
    amqp_channel_open(broker->state, DOCKET_BROKER_CHANNEL);
    return docket_broker_succeeded(amqp_get_rpc_reply(broker->state), reason)
        && declare(broker, options, reason) && begin(broker, options, reason);
}

docket_broker *docket_broker_open(const docket_broker_options *options, char *reason) {
    docket_broker *broker = calloc(1, sizeof *broker);
    if (broker != NULL) {
        broker->queue = strdup(options->queue);
        broker->state = amqp_new_connection();
    }
    if (broker == NULL || broker->queue == NULL || broker->state == NULL) {
        docket_broker_explain(AMQP_STATUS_NO_MEMORY, reason);
    } else if (open_all(broker, options, reason)) {
        return broker;
    }
    docket_broker_close(broker, false);
    return NULL;
}

void docket_broker_close(docket_broker *broker, bool politely) {
    if (broker == NULL) return;
    if (broker->state != NULL) {
        if (politely) {
            struct timeval limit = milliseconds(500);
            amqp_set_rpc_timeout(broker->state, &limit);
            amqp_connection_close(broker->state, AMQP_REPLY_SUCCESS);
        }
        amqp_destroy_connection(broker->state);
    }
    free(broker->queue);
    free(broker);
}
