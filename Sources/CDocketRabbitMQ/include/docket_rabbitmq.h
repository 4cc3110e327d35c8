#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One connection to RabbitMQ with one channel, to publish to a queue or to consume it. One thread
 * uses it. Calls wait for the broker only where they say so. */
typedef struct docket_broker docket_broker;

/* Bytes of a reason, with the zero at its end. */
#define DOCKET_BROKER_REASON 256
/* Bytes of a message that are kept; a longer one is given without its bytes. */
#define DOCKET_BROKER_MESSAGE 64

typedef struct {
    const char *host;
    int port;
    const char *virtual_host;
    const char *user;
    const char *password;
    /* The queue, made where it is not there: durable, holding so many messages for so long. What
     * does not fit is refused. */
    const char *queue;
    int32_t queue_messages;
    int32_t queue_milliseconds;
    /* Deliveries that wait for an acknowledgement; 0: publishes, with confirms. */
    uint16_t prefetch;
    int heartbeat_seconds;
    /* For each step of the beginning. */
    int timeout_milliseconds;
} docket_broker_options;

typedef enum {
    /* `tag` and, with `multiple`, all before it were taken. */
    DOCKET_BROKER_CONFIRMED,
    /* The same, refused. */
    DOCKET_BROKER_REFUSED,
    /* A message found no queue; its confirm comes still. */
    DOCKET_BROKER_RETURNED,
    /* A message for the consumer: `tag`, `bytes`, `count`. */
    DOCKET_BROKER_DELIVERED,
    /* The broker takes nothing from publishers, or does again. */
    DOCKET_BROKER_BLOCKED,
    DOCKET_BROKER_UNBLOCKED,
} docket_broker_kind;

typedef struct {
    docket_broker_kind kind;
    uint64_t tag;
    bool multiple;
    /* Of the whole message; `bytes` are valid where it is DOCKET_BROKER_MESSAGE at most. */
    uint64_t count;
    unsigned char bytes[DOCKET_BROKER_MESSAGE];
} docket_broker_event;

/* Connects, logs in and declares; waits for each answer. NULL with a reason otherwise. */
docket_broker *docket_broker_open(const docket_broker_options *options, char *reason);
/* Says farewell where `politely`, for which it waits a moment. */
void docket_broker_close(docket_broker *broker, bool politely);

/* To be polled for reading. */
int docket_broker_socket(const docket_broker *broker);

/* Sends a message, to be confirmed under the next number from 1. Waits while the socket is full,
 * for two heartbeats at most. False with a reason: the connection is of no use. */
bool docket_broker_publish(docket_broker *broker, const void *bytes, size_t count, char *reason);

/* Acknowledges all deliveries up to `tag`. */
bool docket_broker_acknowledge(docket_broker *broker, uint64_t tag, char *reason);

typedef enum {
    DOCKET_BROKER_NOTHING,
    DOCKET_BROKER_EVENT,
    DOCKET_BROKER_FAILED,
} docket_broker_step;

/* What has come, without waiting; sends the heartbeat that is due. To be called at least every
 * half heartbeat. */
docket_broker_step docket_broker_next(
    docket_broker *broker,
    docket_broker_event *event,
    char *reason
);
