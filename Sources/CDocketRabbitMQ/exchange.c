#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "broker.h"

int docket_broker_socket(const docket_broker *broker) { return amqp_get_sockfd(broker->state); }

bool docket_broker_publish(docket_broker *broker, const void *bytes, size_t count, char *reason) {
    /* Mandatory: what finds no queue comes back. Kept in memory alone: nobody misses it. */
    amqp_basic_properties_t properties = {
        ._flags = AMQP_BASIC_DELIVERY_MODE_FLAG,
        .delivery_mode = AMQP_DELIVERY_NONPERSISTENT,
    };
    amqp_bytes_t body = {count, (void *)bytes};
    int status = amqp_basic_publish(
        broker->state, DOCKET_BROKER_CHANNEL, amqp_empty_bytes, amqp_cstring_bytes(broker->queue),
        1, 0, &properties, body
    );
    if (status != AMQP_STATUS_OK) docket_broker_explain(status, reason);
    return status == AMQP_STATUS_OK;
}

bool docket_broker_acknowledge(docket_broker *broker, uint64_t tag, char *reason) {
    int status = amqp_basic_ack(broker->state, DOCKET_BROKER_CHANNEL, tag, 1);
    if (status != AMQP_STATUS_OK) docket_broker_explain(status, reason);
    return status == AMQP_STATUS_OK;
}

static docket_broker_step fail(char *reason, const char *text) {
    snprintf(reason, DOCKET_BROKER_REASON, "%s", text);
    return DOCKET_BROKER_FAILED;
}

/* Begins a message, whose header and body are frames of their own. */
static docket_broker_step begin(docket_broker *broker, docket_broker_kind kind, uint64_t tag) {
    broker->partial = (docket_broker_event){.kind = kind, .tag = tag};
    broker->awaited = AWAITS_HEADER;
    broker->received = 0;
    return DOCKET_BROKER_NOTHING;
}

static docket_broker_step take_method(
    docket_broker *broker,
    const amqp_method_t *method,
    docket_broker_event *event,
    char *reason
) {
    if (broker->awaited != NO_MESSAGE) return fail(reason, "a message has no end");
    *event = (docket_broker_event){0};
    switch (method->id) {
        case AMQP_BASIC_ACK_METHOD: {
            const amqp_basic_ack_t *ack = method->decoded;
            event->kind = DOCKET_BROKER_CONFIRMED;
            event->tag = ack->delivery_tag;
            event->multiple = ack->multiple;
            return DOCKET_BROKER_EVENT;
        }
        case AMQP_BASIC_NACK_METHOD: {
            const amqp_basic_nack_t *nack = method->decoded;
            event->kind = DOCKET_BROKER_REFUSED;
            event->tag = nack->delivery_tag;
            event->multiple = nack->multiple;
            return DOCKET_BROKER_EVENT;
        }
        case AMQP_BASIC_RETURN_METHOD: return begin(broker, DOCKET_BROKER_RETURNED, 0);
        case AMQP_BASIC_DELIVER_METHOD: {
            const amqp_basic_deliver_t *delivery = method->decoded;
            return begin(broker, DOCKET_BROKER_DELIVERED, delivery->delivery_tag);
        }
        case AMQP_CONNECTION_BLOCKED_METHOD: event->kind = DOCKET_BROKER_BLOCKED; break;
        case AMQP_CONNECTION_UNBLOCKED_METHOD: event->kind = DOCKET_BROKER_UNBLOCKED; break;
        case AMQP_BASIC_CANCEL_METHOD: return fail(reason, "the queue is gone");
        case AMQP_CHANNEL_CLOSE_METHOD:
        case AMQP_CONNECTION_CLOSE_METHOD:
            docket_broker_explain_close(method, reason);
            return DOCKET_BROKER_FAILED;
        default: return fail(reason, "the broker says what nobody asked");
    }
    return DOCKET_BROKER_EVENT;
}

/* Keeps a piece of a message, and gives the message once it is whole. */
static docket_broker_step take_piece(
    docket_broker *broker,
    amqp_bytes_t piece,
    docket_broker_event *event,
    char *reason
) {
    docket_broker_event *partial = &broker->partial;
    if (piece.len > partial->count - broker->received)
        return fail(reason, "a message is longer than it says");
    if (partial->count <= DOCKET_BROKER_MESSAGE && piece.len > 0)
        memcpy(partial->bytes + broker->received, piece.bytes, piece.len);
    broker->received += piece.len;
    if (broker->received < partial->count) return DOCKET_BROKER_NOTHING;
    broker->awaited = NO_MESSAGE;
    *event = *partial;
    return DOCKET_BROKER_EVENT;
}

static docket_broker_step take(
    docket_broker *broker,
    const amqp_frame_t *frame,
    docket_broker_event *event,
    char *reason
) {
    switch (frame->frame_type) {
        case AMQP_FRAME_METHOD: return take_method(broker, &frame->payload.method, event, reason);
        case AMQP_FRAME_HEADER:
            if (broker->awaited != AWAITS_HEADER) break;
            broker->awaited = AWAITS_BODY;
            broker->partial.count = frame->payload.properties.body_size;
            return take_piece(broker, amqp_empty_bytes, event, reason);
        case AMQP_FRAME_BODY:
            if (broker->awaited != AWAITS_BODY) break;
            return take_piece(broker, frame->payload.body_fragment, event, reason);
        case AMQP_FRAME_HEARTBEAT: return DOCKET_BROKER_NOTHING;
        default: break;
    }
    return fail(reason, "the broker sends a frame out of its place");
}

docket_broker_step docket_broker_next(
    docket_broker *broker,
    docket_broker_event *event,
    char *reason
) {
    for (;;) {
        amqp_frame_t frame;
        struct timeval now = {0};
        int status = amqp_simple_wait_frame_noblock(broker->state, &frame, &now);
        if (status == AMQP_STATUS_TIMEOUT) {
            amqp_maybe_release_buffers(broker->state);
            return DOCKET_BROKER_NOTHING;
        }
        if (status != AMQP_STATUS_OK) {
            docket_broker_explain(status, reason);
            return DOCKET_BROKER_FAILED;
        }
        docket_broker_step step = take(broker, &frame, event, reason);
        amqp_maybe_release_buffers(broker->state);
        if (step != DOCKET_BROKER_NOTHING) return step;
    }
}
