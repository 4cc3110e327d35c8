#!/usr/bin/env bash
# PgBouncer 1.18 takes the cancelling of a statement that waits for a server, and runs it afterwards
#
# Library    PgBouncer 1.18.0 and libpq 15 (Debian 12: pgbouncer 1.18.0-1+deb12u1, libpq5, libpq-dev
#            and postgresql-15 15.20-0+deb12u1)
# Source     https://www.postgresql.org/docs/15/libpq-cancel.html: "If the cancellation is
#            effective, the current command will terminate early and return an error result. If the
#            cancellation fails (say, because the server was already done processing the command),
#            then there will be no visible result at all". `accept_cancel_request` in src/objects.c
#            of https://github.com/pgbouncer/pgbouncer
# Input      valid: transaction pooling with one server, which is in another client's transaction. A
#            client sends an INSERT, waits 0.3 s, and calls PQcancel, as at a deadline
# Expected   the INSERT is not done: nothing is easier to cancel than what has not begun, and what
#            may be too late to cancel is what is done already
# Seen       PQcancel returns 1, PgBouncer logs "cancel request for idle client", and the INSERT
#            stays in the queue and is done once the server is free, however much later: a write
#            that its caller gave up, and may have sent again elsewhere. statement_timeout begins
#            only when the server has the statement
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
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static PGconn *connection(const char *port) {
    const char *names[] = {"host", "port", "dbname", "user", NULL};
    const char *values[] = {getenv("SOCKETS"), port, "postgres", "finder", NULL};
    PGconn *made = PQconnectdbParams(names, values, 0);
    if (PQstatus(made) == CONNECTION_OK) return made;
    fprintf(stderr, "%s", PQerrorMessage(made));
    exit(2);
}

static void run(PGconn *connection, const char *statement) {
    PGresult *result = PQexec(connection, statement);
    printf("%s: %s", statement, PQcmdStatus(result));
    if (PQntuples(result) == 1) printf(", %s", PQgetvalue(result, 0, 0));
    putchar('\n');
    PQclear(result);
}

int main(void) {
    PGconn *direct = connection("6000"), *other = connection("6001"), *client = connection("6001");
    run(direct, "CREATE TABLE orders(id int)");
    run(other, "BEGIN");
    PQsendQuery(client, "INSERT INTO orders VALUES (1)");
    usleep(300000);
    char error[256] = "";
    PGcancel *cancel = PQgetCancel(client);
    int answer = PQcancel(cancel, error, sizeof error);
    printf("PQcancel while the INSERT waits: %d%s\n", answer, error);
    sleep(1);
    run(direct, "SELECT count(*) FROM orders");
    run(other, "COMMIT");
    PGresult *result = PQgetResult(client);
    printf("the INSERT: %s %s\n", PQresStatus(PQresultStatus(result)), PQcmdStatus(result));
    run(direct, "SELECT count(*) FROM orders");
    PQclear(result);
    PQfreeCancel(cancel);
    PQfinish(client);
    PQfinish(other);
    PQfinish(direct);
}
END
cc -o client client.c -I"$work/usr/include/postgresql" -L"$library" -lpq

usr/sbin/pgbouncer --version | head -1
seen=$(SOCKETS=$work/run timeout 60 ./client)
echo "$seen"
grep -o 'closing because: cancel.*client' run/log
[ "$seen" = "CREATE TABLE orders(id int): CREATE TABLE
BEGIN: BEGIN
PQcancel while the INSERT waits: 1
SELECT count(*) FROM orders: SELECT 1, 0
COMMIT: COMMIT
the INSERT: PGRES_COMMAND_OK INSERT 0 1
SELECT count(*) FROM orders: SELECT 1, 1" ] || { echo "not as it was" >&2; exit 1; }
