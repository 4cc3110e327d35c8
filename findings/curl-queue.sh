#!/usr/bin/env bash
# libcurl 7.88.1 can leave a transfer waiting for a connection for good, while later ones pass it
#
# Library    libcurl 7.88.1 (Debian 12: libcurl4, libcurl4-openssl-dev 7.88.1-10+deb12u15)
# Source     https://curl.se/libcurl/c/CURLMOPT_MAX_TOTAL_CONNECTIONS.html: "When more transfers are
#            added to the multi handle than what can be performed due to the set limit, they will be
#            queued up waiting for their chance"; `process_pending_handles` in lib/multi.c of
#            https://github.com/curl/curl
# Input      valid: a multi handle of one connection to a server that replies after 3 ms. First 12
#            requests at once, then 300 of which 8 are in the handle at any time: whenever one ends
#            and is removed, the next is added
# Expected   a queue: transfers are done in the order in which they were added, and none of the 300
#            waits for more than the 7 before it
# Seen       the 12 are done in the order 0 1 4 7 10 3 8 2 9 6 11 5: what is called up while the
#            connection is not free yet goes back to the end. Of the 300, one of the first is done
#            when all that were added after it are, so it would wait as long as the load lasts. Its
#            CURLOPT_TIMEOUT_MS passes beside replies of 3 ms, and later writes overtake it. Other
#            depths do it too, or hardly: 5 and 20 as much, 7 and 10 not. With two connections and
#            16 transfers one was 162 places late
#
# Exits 0 while this is so, 1 when it is not, 3 where the packages cannot be had.
set -euo pipefail
export LC_ALL=C
work=$(mktemp -d)
trap 'kill ${server:-} 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"

version=7.88.1-10+deb12u15
apt-get -q download libcurl4="$version" libcurl4-openssl-dev="$version" >log 2>&1 ||
    { tail -3 log >&2; echo "the packages cannot be had" >&2; exit 3; }
for package in *.deb; do dpkg -x "$package" .; done
library=$(dirname "$(find usr/lib -name libcurl.so.4)")
export LD_LIBRARY_PATH=$work/$library

cat >server.py <<'END'
import http.server
import os
import time


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self):
        time.sleep(0.003)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

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

cat >queue.c <<'END'
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

static size_t ignore(char *bytes, size_t size, size_t count, void *context) {
    (void)bytes, (void)context;
    return size * count;
}

static void add(CURLM *multi, const char *url, long number) {
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, (void *)number);
    curl_multi_add_handle(multi, easy);
}

// Does `count` requests of which `depth` are in the handle at a time; the most places that one was
// done late by.
static long run(const char *url, long count, long depth, int shows) {
    CURLM *multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, 1L);
    long added = 0, done = 0, worst = 0;
    while (added < depth) add(multi, url, added++);
    while (done < count) {
        int running, left;
        curl_multi_perform(multi, &running);
        for (CURLMsg *ended; (ended = curl_multi_info_read(multi, &left));) {
            CURL *easy = ended->easy_handle;
            if (ended->data.result != CURLE_OK) exit(2);
            char *number;
            curl_easy_getinfo(easy, CURLINFO_PRIVATE, &number);
            if (shows) printf(" %ld", (long)number);
            if (done - (long)number > worst) worst = done - (long)number;
            done++;
            curl_multi_remove_handle(multi, easy);
            curl_easy_cleanup(easy);
            if (added < count) add(multi, url, added++);
        }
        if (done < count) curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
    curl_multi_cleanup(multi);
    return worst;
}

int main(int count, char **arguments) {
    if (count != 2) return 2;
    fprintf(stderr, "%.14s\n", curl_version());
    printf("12 at once:");
    run(arguments[1], 12, 12, 1);
    printf("\n300, 8 at a time: one is done %ld places late\n", run(arguments[1], 300, 8, 0));
}
END
cc -o queue queue.c -I"$(dirname "$(dirname "$(find "$work/usr/include" -name curl.h)")")" \
    -L"$library" -lcurl

seen=$(timeout 60 ./queue "http://127.0.0.1:$(cat port)/")
echo "$seen"
late=$(echo "$seen" | sed -n 's/^300.* \([0-9]*\) places late$/\1/p')
[ "$(echo "$seen" | head -1)" = "12 at once: 0 1 4 7 10 3 8 2 9 6 11 5" ] && [ "$late" -gt 100 ] ||
    { echo "not as it was" >&2; exit 1; }
