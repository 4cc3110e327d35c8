#!/usr/bin/env bash
# hiredis 0.14.1's redisReconnect takes the time-out of commands away
#
# Library    hiredis 0.14.1 (Debian 12: libhiredis0.14, libhiredis-dev 0.14.1-3) with Redis 7.0.15
#            (redis-server, redis-tools 5:7.0.15-1~deb12u10)
# Source     hiredis.h, of redisReconnect: "Reconnect the given context using the saved information.
#            [...] host, ip (or path), timeout and bind address are reused, flags are used
#            unmodified from the existing context"; hiredis.c of https://github.com/redis/hiredis
# Input      valid: a connection with a time-out of 0.3 s for commands (redisSetTimeout). The server
#            pauses its clients for 2 s (CLIENT PAUSE), and so does not answer, as one that is
#            frozen or busy with a long command
# Expected   the command fails after 0.3 s, the context is reconnected, and the next command fails
#            after 0.3 s as well
# Seen       after redisReconnect, which returns REDIS_OK, the command waits until the server
#            answers: 2 s here, and for good where it never does. The deadline is gone after the
#            first fault, which is when it is needed
#
# Exits 0 while this is so, 1 when it is not, 3 where the packages cannot be had.
set -euo pipefail
export LC_ALL=C
work=$(mktemp -d)
trap 'kill ${server:-} 2>/dev/null && wait "$server" || true; rm -rf "$work"' EXIT
cd "$work"

redis=5:7.0.15-1~deb12u10
packages=(libhiredis0.14=0.14.1-3 libhiredis-dev=0.14.1-3 redis-server="$redis"
    redis-tools="$redis")
apt-get -q download "${packages[@]}" >log 2>&1 ||
    { tail -3 log >&2; echo "the packages cannot be had" >&2; exit 3; }
for package in *.deb; do dpkg -x "$package" .; done
library=$(dirname "$(find usr/lib -name libhiredis.so.0.14)")
export LD_LIBRARY_PATH=$work/$library
if ldd usr/bin/redis-server | grep 'not found' >&2; then
    echo "the packages need libraries that are not there" >&2
    exit 3
fi

usr/bin/redis-server --port 0 --unixsocket "$work/socket" --dir "$work" --save '' >server.log &
server=$!
for _ in $(seq 100); do [ ! -S socket ] || break; sleep 0.1; done

cat >client.c <<'END'
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void ask(redisContext *client, redisContext *other, const char *name) {
    freeReplyObject(redisCommand(other, "CLIENT PAUSE 2000 ALL"));
    double begun = seconds();
    redisReply *reply = redisCommand(client, "GET key");
    const char *when = seconds() - begun < 1 ? "in time" : "late";
    printf("%s: %s, %s\n", name, reply ? "a reply" : client->errstr, when);
    freeReplyObject(reply);
    sleep(2);
}

int main(int count, char **arguments) {
    if (count != 2) return 2;
    redisContext *client = redisConnectUnix(arguments[1]), *other = redisConnectUnix(arguments[1]);
    if (!client || client->err || !other || other->err) return 2;
    redisSetTimeout(client, (struct timeval){0, 300000});
    ask(client, other, "GET");
    printf("redisReconnect: %s\n", redisReconnect(client) == REDIS_OK ? "REDIS_OK" : "REDIS_ERR");
    ask(client, other, "GET after redisReconnect");
    redisSetTimeout(client, (struct timeval){0, 300000});
    ask(client, other, "GET with the time-out set again");
    redisFree(client);
    redisFree(other);
}
END
cc -o client client.c -I"$work/usr/include" -L"$library" -lhiredis

echo "hiredis 0.14.1, $(usr/bin/redis-server --version | cut -d ' ' -f 1-3)"
seen=$(timeout 60 ./client "$work/socket")
echo "$seen"
[ "$seen" = "GET: Resource temporarily unavailable, in time
redisReconnect: REDIS_OK
GET after redisReconnect: a reply, late
GET with the time-out set again: Resource temporarily unavailable, in time" ] ||
    { echo "not as it was" >&2; exit 1; }
