#pragma once

#include "docket_rabbitmq.h"

/* Later versions of the library have their headers in a folder. */
#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>
#endif

enum { DOCKET_BROKER_CHANNEL = 1 };

struct docket_broker {
    amqp_connection_state_t state;
    /* Its name, sent with each message. */
    char *queue;
    /* What is read of a message that is not whole yet. */
    docket_broker_event partial;
    enum { NO_MESSAGE, AWAITS_HEADER, AWAITS_BODY } awaited;
    uint64_t received;
};

void docket_broker_explain(int status, char *reason);
/* False with a reason when `reply` is none that a call hopes for. */
bool docket_broker_succeeded(amqp_rpc_reply_t reply, char *reason);
/* The reason that the broker gives for closing the channel or the connection. */
void docket_broker_explain_close(const amqp_method_t *method, char *reason);
