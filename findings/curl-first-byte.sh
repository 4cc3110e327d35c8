#!/usr/bin/env bash
# libcurl 7.88.1's time to the first byte leaves out the server's work for bodies from 64 KiB on
#
# Library    libcurl 7.88.1 (Debian 12: curl, libcurl4 7.88.1-10+deb12u15)
# Source     https://curl.se/libcurl/c/CURLINFO_STARTTRANSFER_TIME.html: "the time, in seconds, it
#            took from the start until the first byte is received by libcurl. This includes
#            CURLINFO_PRETRANSFER_TIME(3) and also the time the server needs to calculate the
#            result". https://github.com/curl/curl/issues/11669 is later and does not name the limit
# Input      valid: a POST of 65,535 bytes, and one of 65,536, such as bulk requests of a search
#            engine are, to a server that reads all, works for 0.5 s and replies
# Expected   0.5 s for both
# Seen       0.5 s; with one byte more some milliseconds at most, as if the server answered at once.
#            A body that does not go out with the headers takes the time when its sending begins, so
#            latencies of large and of small requests, taken this way, have nothing to do with each
#            other. CURLINFO_TOTAL_TIME is right for both
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
import http.server
import os
import time


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(0.5)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open("port.new", "w") as file:
    file.write(str(server.server_port))
os.rename("port.new", "port")
server.serve_forever()
END
python3 server.py &
server=$!
for _ in $(seq 100); do [ -e port ] || sleep 0.1; done

usr/bin/curl --version | head -1 | cut -d ' ' -f 1-4
for bytes in 65535 65536; do
    head -c "$bytes" /dev/zero >body
    usr/bin/curl -q -s -o reply -H Expect: --data-binary @body --noproxy '*' \
        -w '%{http_code} %{time_starttransfer} %{time_total}\n' \
        "http://127.0.0.1:$(cat port)/" >told
    read -r status first total <told
    echo "$bytes bytes: status $status, first byte after $first s, all after $total s"
    awk -v first="$first" -v total="$total" -v request="$bytes $status" 'BEGIN {
        print request, (first < 0.1 ? "at once" : "late"), (total < 0.5 ? "at once" : "late") }' \
        >>seen
done
[ "$(cat seen)" = "65535 200 late late
65536 200 at once late" ] || { echo "not as it was" >&2; exit 1; }
