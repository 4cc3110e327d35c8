#!/usr/bin/env bash
# PgBouncer 1.18 keeps a server for a client's whole pipeline, over all its transactions
#
# Library    PgBouncer 1.18.0 and libpq 15 (Debian 12: pgbouncer 1.18.0-1+deb12u1, libpq5, libpq-dev
#            and postgresql-15 15.20-0+deb12u1)
# Source     https://www.pgbouncer.org/config.html#pool_mode, transaction: "Server is released back
#            to pool after transaction finishes"
# Input      valid: transaction pooling with one server. One client sends 100 transactions of 10 ms
#            each in pipeline mode, every one with its Sync, as libpq's documentation has it;
#            another asks SELECT 1 meanwhile
# Expected   the other has its answer after the one transaction that runs, some 10 ms, as it has
#            where the same 100 come without a pipeline
# Seen       it waits until all 100 have ended, a second: PgBouncer keeps the server with the client
#            while answers of its pipeline are outstanding, though the server is idle, and its
#            transaction ended, a hundred times. The longer the pipeline, the longer others wait,
#            and no transaction that took long is to be found
#
# Exits 0 while this is so, 1 when it is not, 3 where the packages cannot be had.
set -euo pipefail
export LC_ALL=C
work=$(mktemp -d)
trap 'kill ${pooler:-} ${server:-} 2>/dev/null || true; wait; rm -rf "$work"' EXIT
cd "$work"

version=15.20-0+deb12u1
packages=(pgbouncer=1.18.0-1+deb12u1 postgresql-15="$version" libpq5="$version"
    libpq-dev="$version")
apt-get -q download "${packages[@]}" >log 2>&1 ||
    { tail -3 log >&2; echo "the packages cannot be had" >&2; exit 3; }
for package in *.deb; do dpkg -x "$package" .; done
library=$(dirname "$(find usr/lib -name libpq.so.5)")
export LD_LIBRARY_PATH=$work/$library
programs=$work/usr/lib/postgresql/15/bin
if ldd "$programs/postgres" usr/sbin/pgbouncer | grep 'not found' >&2; then
    echo "the packages need libraries that are not there" >&2
    exit 3
fi

# Neither server runs as root.
as=()
[ "$(id -u)" != 0 ] || as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
[ "$(id -u)" != 0 ] || { chmod 755 "$work"; install -d -o 65534 -g 65534 run; }
mkdir -p run
cat >pooler.ini <<END
[databases]
postgres = host=$work/run port=6000 user=finder
[pgbouncer]
unix_socket_dir = $work/run
listen_addr =
listen_port = 6001
auth_type = any
pool_mode = transaction
default_pool_size = 1
logfile = $work/run/log
END
"${as[@]}" "$programs/initdb" -D run/data -U finder -A trust -N >log 2>&1 ||
    { cat log >&2; exit 1; }
"${as[@]}" "$programs/postgres" -D run/data -k "$work/run" -p 6000 -c listen_addresses= \
    -c fsync=off 2>server.log &
server=$!
for _ in $(seq 100); do ! grep -q 'ready to accept' server.log || break; sleep 0.1; done
"${as[@]}" usr/sbin/pgbouncer -q pooler.ini 2>pooler.log &
pooler=$!
for _ in $(seq 100); do [ ! -S run/.s.PGSQL.6001 ] || break; sleep 0.1; done

cat >client.c <<'END'
#include <libpq-fe.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { TRANSACTIONS = 100 };
static const char *const transaction = "SELECT pg_sleep(0.01)";

static PGconn *connection(const char *port) {
    const char *names[] = {"host", "port", "dbname", "user", NULL};
    const char *values[] = {getenv("SOCKETS"), port, "postgres", "finder", NULL};
    PGconn *made = PQconnectdbParams(names, values, 0);
    if (PQstatus(made) == CONNECTION_OK) return made;
    fprintf(stderr, "%s", PQerrorMessage(made));
    exit(2);
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void send_pipeline(PGconn *busy) {
    PQenterPipelineMode(busy);
    for (int count = 0; count < TRANSACTIONS; count++) {
        PQsendQueryParams(busy, transaction, 0, NULL, NULL, NULL, NULL, 0);
        PQpipelineSync(busy);
    }
    PQflush(busy);
}

// Each has its result, a NULL, and the Sync.
static int end_pipeline(PGconn *busy) {
    int done = 0;
    for (int count = 0; count < TRANSACTIONS; count++) {
        PGresult *result = PQgetResult(busy);
        done += PQresultStatus(result) == PGRES_TUPLES_OK;
        PQclear(result);
        PQgetResult(busy);
        PQclear(PQgetResult(busy));
    }
    return done;
}

static void *one_by_one(void *busy) {
    for (int count = 0; count < TRANSACTIONS; count++) PQclear(PQexec(busy, transaction));
    return NULL;
}

static double ask(PGconn *other) {
    usleep(50000);
    double begun = seconds();
    PQclear(PQexec(other, "SELECT 1"));
    return seconds() - begun;
}

int main(void) {
    PGconn *busy = connection("6001"), *other = connection("6001");
    pthread_t thread;
    if (pthread_create(&thread, NULL, one_by_one, busy)) return 2;
    printf("%.3f\n", ask(other));
    pthread_join(thread, NULL);
    send_pipeline(busy);
    printf("%.3f\n", ask(other));
    printf("%d\n", end_pipeline(busy));
    PQfinish(other);
    PQfinish(busy);
}
END
cc -o client client.c -I"$work/usr/include/postgresql" -L"$library" -lpq -lpthread

usr/sbin/pgbouncer --version | head -1
{ read -r single; read -r pipelined; read -r done; } < <(SOCKETS=$work/run timeout 60 ./client)
echo "100 transactions one by one: the other client waits $single s"
echo "100 in a pipeline: the other client waits $pipelined s; done: $done"
awk -v single="$single" -v pipelined="$pipelined" -v done="$done" \
    'BEGIN { exit !(single < 0.3 && pipelined > 0.7 && done == 100) }' ||
    { echo "not as it was" >&2; exit 1; }
