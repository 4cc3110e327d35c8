#!/usr/bin/env bash
# librabbitmq's amqp_login leaves a consumer waiting for good when its queue is deleted
#
# Library    librabbitmq 0.11.0 (Debian 12: librabbitmq4, librabbitmq-dev 0.11.0-1+deb12u3) with
#            RabbitMQ 3.10.8 (rabbitmq-server 3.10.8-1.1+deb12u1)
# Source     https://www.rabbitmq.com/docs/consumer-cancel: the broker tells a consumer whose queue
#            is deleted by basic.cancel where the client announced `consumer_cancel_notify`, as
#            RabbitMQ's own clients do. `amqp_login_inner` in librabbitmq/amqp_socket.c of
#            https://github.com/alanxz/rabbitmq-c announces two other capabilities
# Input      valid: a consumer that logged in by amqp_login. Its queue is deleted, and declared anew
#            by its name, as when its arguments are changed; a message comes
# Expected   amqp_consume_message returns and basic.cancel is there to be read, so that the consumer
#            can subscribe again
# Seen       it waits on. Connection, channel and heartbeats are well, the queue has messages and no
#            consumer, and nothing is processed until somebody restarts the program. By
#            amqp_login_with_properties with `consumer_cancel_notify` it returns at once with
#            AMQP_STATUS_UNEXPECTED_STATE, and the frame that follows is basic.cancel
#
# Exits 0 while this is so, 1 when it is not, 3 where the packages cannot be had.
set -euo pipefail
export LC_ALL=C
work=$(mktemp -d)
stop() {
    kill ${server:-} 2>/dev/null && wait "$server" || true
    kill ${ports:-} 2>/dev/null || true
    rm -rf "$work"
}
trap stop EXIT
cd "$work"

packages=(librabbitmq4=0.11.0-1+deb12u3 librabbitmq-dev=0.11.0-1+deb12u3
    rabbitmq-server=3.10.8-1.1+deb12u1)
for part in base crypto eldap inets mnesia os-mon parsetools public-key runtime-tools ssl \
    syntax-tools tools xmerl asn1; do
    packages+=("erlang-$part=1:25.2.3+dfsg-1+deb12u4")
done
apt-get -q download "${packages[@]}" >log 2>&1 ||
    { tail -3 log >&2; echo "the packages cannot be had" >&2; exit 3; }
for package in *.deb; do dpkg -x "$package" .; done
library=$(dirname "$(find usr/lib -name librabbitmq.so.4)")
export LD_LIBRARY_PATH=$work/$library

# A broker of its own, and Erlang's port mapper for it, both on loopback.
export HOME=$work ERL_EPMD_ADDRESS=127.0.0.1 PATH=$work/usr/lib/erlang/bin:$PATH
sed -i "s|ROOTDIR=/usr/lib/erlang$|ROOTDIR=$work/usr/lib/erlang|" usr/lib/erlang/bin/erl \
    usr/lib/erlang/erts-13.1.5/bin/erl
free=$(python3 -c '
import socket
free = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
print(*(one.getsockname()[1] for one in free))')
read -r ERL_EPMD_PORT RABBITMQ_NODE_PORT RABBITMQ_DIST_PORT <<<"$free"
export ERL_ZFLAGS='-start_epmd false' # or daemons would be left behind
touch environment plugins
export ERL_EPMD_PORT RABBITMQ_NODE_PORT RABBITMQ_DIST_PORT RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 \
    RABBITMQ_NODENAME=finder@localhost RABBITMQ_MNESIA_BASE=$work/data RABBITMQ_LOGS=- \
    RABBITMQ_LOG_BASE=$work RABBITMQ_PID_FILE=$work/pid RABBITMQ_CONFIG_FILE=$work/none \
    RABBITMQ_CONF_ENV_FILE=$work/environment RABBITMQ_ENABLED_PLUGINS_FILE=$work/plugins \
    RABBITMQ_ALLOW_INPUT=1
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-noinput +S 1:1 \
-kernel inet_dist_use_interface {127,0,0,1}"
usr/lib/erlang/erts-13.1.5/bin/epmd >epmd.log 2>&1 &
ports=$!
usr/lib/rabbitmq/lib/rabbitmq_server-3.10.8/sbin/rabbitmq-server >server.log 2>&1 &
server=$!
for _ in $(seq 600); do ! grep -q 'startup complete' server.log || break; sleep 0.1; done
grep -q 'startup complete' server.log ||
    { tail -3 server.log >&2; echo "the broker does not start" >&2; exit 3; }

cat >consumer.c <<'END'
#include <amqp.h>
#include <amqp_tcp_socket.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

enum { CHANNEL = 1, FRAME = 131072, HEARTBEAT = 10 };

static void check(amqp_rpc_reply_t reply) {
    if (reply.reply_type == AMQP_RESPONSE_NORMAL) return;
    fprintf(stderr, "refused: %s\n", amqp_error_string2(reply.library_error));
    exit(2);
}

static amqp_connection_state_t login(int announces) {
    amqp_connection_state_t made = amqp_new_connection();
    amqp_socket_t *socket = amqp_tcp_socket_new(made);
    if (amqp_socket_open(socket, "127.0.0.1", atoi(getenv("RABBITMQ_NODE_PORT")))) exit(2);
    if (!announces) {
        check(amqp_login(made, "/", 0, FRAME, HEARTBEAT, AMQP_SASL_METHOD_PLAIN, "guest", "guest"));
    } else {
        amqp_table_entry_t notify = {.key = amqp_cstring_bytes("consumer_cancel_notify")};
        notify.value.kind = AMQP_FIELD_KIND_BOOLEAN;
        notify.value.value.boolean = 1;
        amqp_table_entry_t all = {.key = amqp_cstring_bytes("capabilities")};
        all.value.kind = AMQP_FIELD_KIND_TABLE;
        all.value.value.table = (amqp_table_t){1, &notify};
        amqp_table_t properties = {1, &all};
        check(amqp_login_with_properties(made, "/", 0, FRAME, HEARTBEAT, &properties,
                                         AMQP_SASL_METHOD_PLAIN, "guest", "guest"));
    }
    amqp_channel_open(made, CHANNEL);
    check(amqp_get_rpc_reply(made));
    return made;
}

static amqp_queue_declare_ok_t *declare(amqp_connection_state_t connection) {
    amqp_queue_declare_ok_t *declared = amqp_queue_declare(
        connection, CHANNEL, amqp_cstring_bytes("jobs"), 0, 1, 0, 0, amqp_empty_table);
    check(amqp_get_rpc_reply(connection));
    return declared;
}

static void publish(amqp_connection_state_t connection, const char *text) {
    amqp_basic_publish(connection, CHANNEL, amqp_empty_bytes, amqp_cstring_bytes("jobs"), 0, 0,
                       NULL, amqp_cstring_bytes(text));
}

static void consume(amqp_connection_state_t consumer, const char *name) {
    amqp_envelope_t envelope;
    struct timeval patience = {3, 0};
    amqp_rpc_reply_t reply = amqp_consume_message(consumer, &envelope, &patience, 0);
    if (reply.reply_type == AMQP_RESPONSE_NORMAL) {
        amqp_bytes_t body = envelope.message.body;
        printf("%s: %.*s\n", name, (int)body.len, (char *)body.bytes);
        amqp_destroy_envelope(&envelope);
        return;
    }
    printf("%s: %s", name, amqp_error_string2(reply.library_error));
    amqp_frame_t frame;
    if (reply.library_error == AMQP_STATUS_UNEXPECTED_STATE &&
        !amqp_simple_wait_frame_noblock(consumer, &frame, &patience))
        printf(", %s", amqp_method_name(frame.payload.method.id));
    putchar('\n');
}

int main(void) {
    amqp_connection_state_t admin = login(0);
    for (int announces = 0; announces < 2; announces++) {
        const char *name = announces ? "with consumer_cancel_notify" : "amqp_login";
        amqp_connection_state_t consumer = login(announces);
        declare(consumer);
        amqp_basic_consume(consumer, CHANNEL, amqp_cstring_bytes("jobs"), amqp_empty_bytes, 0, 1, 0,
                           amqp_empty_table);
        check(amqp_get_rpc_reply(consumer));
        publish(admin, "first message");
        consume(consumer, name);
        amqp_queue_delete(admin, CHANNEL, amqp_cstring_bytes("jobs"), 0, 0);
        check(amqp_get_rpc_reply(admin));
        declare(admin);
        publish(admin, "second message");
        consume(consumer, name);
        printf("the queue: %d consumers\n", declare(admin)->consumer_count);
        amqp_queue_delete(admin, CHANNEL, amqp_cstring_bytes("jobs"), 0, 0);
        check(amqp_get_rpc_reply(admin));
        amqp_destroy_connection(consumer);
    }
    amqp_destroy_connection(admin);
}
END
cc -o consumer consumer.c -I"$work/usr/include" -L"$library" -lrabbitmq

echo "librabbitmq 0.11.0, RabbitMQ 3.10.8"
seen=$(timeout 60 ./consumer)
echo "$seen"
[ "$seen" = "amqp_login: first message
amqp_login: request timed out
the queue: 0 consumers
with consumer_cancel_notify: first message
with consumer_cancel_notify: unexpected protocol state, AMQP_BASIC_CANCEL_METHOD
the queue: 0 consumers" ] || { echo "not as it was" >&2; exit 1; }
