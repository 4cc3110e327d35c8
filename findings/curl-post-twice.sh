#!/usr/bin/env bash
# libcurl 7.88.1 sends a POST again by itself after the server began to answer it, and says nothing
#
# Library    libcurl 7.88.1 (Debian 12: curl, libcurl4 7.88.1-10+deb12u15)
# Source     `Curl_retry_request` in lib/transfer.c of https://github.com/curl/curl; no option turns
#            it off. https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2: "A client SHOULD NOT
#            automatically retry a request with a non-idempotent method unless" it knows that it is
#            idempotent or was not applied; one that guesses "might automatically retry a POST
#            request if the underlying transport connection closed before any part of a response is
#            received"
# Input      valid: two POSTs on one connection. The server reads the second whole, sends the start
#            of its status line, "HTTP/1.1 201", and is gone, as one that is killed; on a new
#            connection it answers
# Expected   an error for the second POST, so that its caller decides: the server had it, and a part
#            of the response was received
# Seen       the server has the second POST twice, and the transfer is CURLE_OK with the status of
#            the second time. What a search engine gives an id (`POST index/_doc`, an action of a
#            bulk without one) is there twice, and no one is told. On a connection that had no
#            request before, the same is an error, CURLE_GOT_NOTHING (52)
#
# Exits 0 while this is so, 1 when it is not, 3 where the packages cannot be had.
set -euo pipefail
export LC_ALL=C
work=$(mktemp -d)
trap 'kill ${server:-} 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"

version=7.88.1-10+deb12u15
apt-get -q download curl="$version" libcurl4="$version" >log 2>&1 ||
    { tail -3 log >&2; echo "the packages cannot be had" >&2; exit 3; }
for package in *.deb; do dpkg -x "$package" .; done
LD_LIBRARY_PATH=$work/$(dirname "$(find usr/lib -name libcurl.so.4)")
export LD_LIBRARY_PATH

cat >server.py <<'END'
"""Counts the documents it is sent; breaks off within its reply to the first "b"."""
import os
import socket

listener = socket.create_server(("127.0.0.1", 0))
with open("port.new", "w") as file:
    file.write(str(listener.getsockname()[1]))
os.rename("port.new", "port")
had = []
while True:
    connection, _ = listener.accept()
    stream = connection.makefile("rb")
    while True:
        count = 0
        while (line := stream.readline()) not in (b"\r\n", b""):
            if line.lower().startswith(b"content-length:"):
                count = int(line.split(b":")[1])
        if not line:
            break
        had.append(stream.read(count).decode())
        with open("had", "w") as file:
            print(*had, file=file)
        if had[-1] == "b" and had.count("b") == 1:
            connection.sendall(b"HTTP/1.1 201")
            break
        connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
    stream.close()
    connection.close()
END

post() { # documents; each is a POST of its own, on one connection where that stands
    rm -f port had
    python3 server.py &
    server=$!
    for _ in $(seq 100); do [ -e port ] || sleep 0.1; done
    local calls=() code=0
    for document in "$@"; do
        calls+=(--next -s --noproxy '*' -d "$document" -w '%{http_code} '
            "http://127.0.0.1:$(cat port)/index/_doc")
    done
    echo -n "POST $*: status "
    usr/bin/curl -q "${calls[@]:1}" || code=$?
    echo "exit code $code; the server had: $(cat had)"
    kill "$server"
    wait "$server" || true
}

usr/bin/curl --version | head -1 | cut -d ' ' -f 1-4
seen=$(post a b; post b)
echo "$seen"
[ "$seen" = "POST a b: status 201 201 exit code 0; the server had: a b b
POST b: status 000 exit code 52; the server had: b" ] || { echo "not as it was" >&2; exit 1; }
