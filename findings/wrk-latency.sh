#!/usr/bin/env bash
# wrk 4.1.0 adds slow requests that nobody sent to its latencies, mean and percentiles alike
#
# Library    wrk 4.1.0 (Debian 12: wrk 4.1.0-3+b2)
# Source     https://github.com/wg/wrk, `stats_correct` in src/stats.c and its call in src/wrk.c.
#            SCRIPTING: "statistics objects representing the per-request latency"; all that is
#            written of it is a line of NEWS, "Improve correction of coordinated omission"
# Input      valid: one connection, one request after another; every 20th reply takes 200 ms, all
#            others 1 ms
# Expected   the known fault of a closed loop, percentiles that flatter: p90 is about 1 ms, and the
#            mean times the requests is no more than the time that the one connection had
# Seen       the opposite. wrk takes the mean interval between requests for a schedule and adds, for
#            each slow request, one for every interval within it: p90 is about 165 ms where 95 in
#            100 replies took 1 ms, and the latencies add up to 4.7 times the run. No option turns
#            it off, and nothing in the output tells
#
# Exits 0 while this is so, 1 when it is not, 3 where the packages cannot be had.
set -euo pipefail
export LC_ALL=C
work=$(mktemp -d)
trap 'kill ${server:-} 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"

packages=(wrk=4.1.0-3+b2 libluajit-5.1-2=2.1.0~beta3+git20220320+dfsg-4.1+deb12u1)
apt-get -q download "${packages[@]}" >log 2>&1 ||
    { tail -3 log >&2; echo "the packages cannot be had" >&2; exit 3; }
for package in *.deb; do dpkg -x "$package" .; done
LD_LIBRARY_PATH=$work/$(dirname "$(find usr/lib -name 'libluajit-5.1.so.2')")
export LD_LIBRARY_PATH

cat >server.py <<'END'
import os
import socket
import time

listener = socket.create_server(("127.0.0.1", 0))
with open("port.new", "w") as file:
    file.write(str(listener.getsockname()[1]))
os.rename("port.new", "port")
listener.accept()[0].close()  # wrk first tries whether it can connect
connection, _ = listener.accept()
times = []
try:
    while connection.recv(65536):
        begun = time.monotonic()
        time.sleep(0.2 if len(times) % 20 == 19 else 0.001)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        times.append(1000 * (time.monotonic() - begun))
except OSError:
    pass
times.sort()
p75, p90 = (times[int(share * len(times))] for share in (0.75, 0.9))
with open("served", "w") as file:
    print(f"{p75:.1f} {p90:.1f} {sum(times) / len(times):.1f} {len(times)}", file=file)
END
cat >done.lua <<'END'
function done(summary, latency, requests)
    local file = io.open("told", "w")
    file:write(string.format("%.1f %.1f %.1f %d %.1f\n", latency:percentile(75) / 1000,
        latency:percentile(90) / 1000, latency.mean / 1000, summary.requests,
        latency.mean * summary.requests / summary.duration))
    file:close()
end
END
python3 server.py &
server=$!
for _ in $(seq 100); do [ -e port ] || sleep 0.1; done
usr/bin/wrk -t 1 -c 1 -d 8s -s done.lua "http://127.0.0.1:$(cat port)/" >out
wait "$server"

echo "$(usr/bin/wrk -v 2>&1 | head -1 | cut -d ' ' -f 1,2), milliseconds"
read -r p75 p90 mean count <served
echo "server      p75 $p75, p90 $p90, mean $mean of $count replies"
read -r wrk75 wrk90 wrk_mean wrk_count times <told
echo "wrk         p75 $wrk75, p90 $wrk90, mean $wrk_mean of $wrk_count requests"
echo "mean times requests is $times times the run of one connection"
awk -v p90="$p90" -v wrk90="$wrk90" -v times="$times" \
    'BEGIN { exit !(p90 < 20 && wrk90 > 80 && times > 1.5) }' ||
    { echo "not as it was" >&2; exit 1; }
