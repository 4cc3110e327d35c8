"""See the script whole-searches beside this."""

import argparse
import collections
import json
import os
import pathlib
import random
import statistics
import subprocess
import tempfile
import time
from typing import NamedTuple

from docket.v1 import docket_pb2 as pb
from docket.v1 import wire_pb2 as wire
from docket_client import CANCEL, CANCEL_DEADLINE, Connection, method

STOP_MAXIMUM_MS = 20
# Processor time between two looks that is no search's.
IDLE_NS = 20_000
SCHEMA = pathlib.Path(__file__).parents[1] / "samples" / "packages.schema.json"
PROCESS = pathlib.Path("/proc") / os.environ["DOCKET_SERVER_PID"]
FACETS = [pb.FacetRequest(attribute=name, limit=100) for name in ("tags", "section", "maintainer")]


def docket(*arguments: str, **options) -> str:
    return subprocess.run(
        ["docket", *arguments], check=True, stdout=subprocess.PIPE, text=True, **options).stdout


def memory(field: str) -> int:
    """Of the server, in KiB."""
    lines = (PROCESS / "status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field))


def readers() -> list[pathlib.Path]:
    """What the kernel says of the threads that search."""
    return [task / "schedstat" for task in (PROCESS / "task").iterdir()
            if (task / "comm").read_text().startswith("reader")]


def work(threads: list[pathlib.Path]) -> int:
    """Nanoseconds of processor time."""
    return sum(int(thread.read_text().split()[0]) for thread in threads)


class Stop(NamedTuple):
    """What a server went on for after a cancel, in milliseconds: by the clock, and of work."""

    passed: float
    worked: float


def stop(key: str, request: pb.SearchRequest, wait: float, threads: list[pathlib.Path],
         closes: bool) -> Stop:
    """Cancels a search after `wait` seconds, or closes its connection."""
    connection = Connection(os.environ["DOCKET_ADDRESS"], key, timeout=60)
    meta = wire.CallMeta(method=method("SEARCH"), timeout_ms=60_000)
    stream = connection._open()
    connection._send_request(stream, meta.SerializeToString(), request.SerializeToString())
    time.sleep(wait)
    if closes:
        connection.close()
    else:
        connection._send(CANCEL, 0, stream, body=CANCEL_DEADLINE)
    sent = last = time.monotonic()
    at_cancel = known = work(threads)
    while time.monotonic() < last + 0.1:
        time.sleep(0.0005)
        now = work(threads)
        if now - known > IDLE_NS:
            last = time.monotonic()
        known = now
    connection.close()
    return Stop((last - sent) * 1000, (known - at_cancel) / 1e6)


def whole(key: str, request: pb.SearchRequest) -> tuple[pb.SearchReply, float, float]:
    """The reply, seconds, and MiB by which the server's memory rose meanwhile at most."""
    connection = Connection(os.environ["DOCKET_ADDRESS"], key, timeout=60)
    (PROCESS / "clear_refs").write_text("5")
    before, began = memory("VmRSS"), time.monotonic()
    reply = connection.call(method("SEARCH"), request, pb.SearchReply, timeout=60)
    seconds = time.monotonic() - began
    connection.close()
    return reply, seconds, (memory("VmHWM") - before) / 1024


def fill(documents: pathlib.Path, count: int) -> str:
    """Makes and uploads the documents; returns the tenant's key."""
    docket("tenant", "create", "whole")
    key = docket("key", "create", "--tenant", "whole", stderr=subprocess.DEVNULL).strip()
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(key)
        file.flush()
        own = ("--key-file", file.name)
        docket(*own, "collection", "create", "packages", "--schema", str(SCHEMA))
        made = subprocess.Popen(
            ["docket-load", "generate", str(count), "--like", str(documents)],
            stdout=subprocess.PIPE)
        docket(*own, "upload", "packages", "-", "--wait", stdin=made.stdout,
               stderr=subprocess.DEVNULL)
    return key


def frequent_words(documents: pathlib.Path) -> list[str]:
    """Those that most documents have."""
    counts: collections.Counter[str] = collections.Counter()
    with documents.open(encoding="utf-8") as lines:
        for line in lines:
            counts.update(set(json.loads(line).get("body", "").lower().split()))
    return [word for word, _ in counts.most_common(60) if word.isalpha()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("documents", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=600_000)
    parser.add_argument("--cancels", type=int, default=50)
    options = parser.parse_args()
    key, draw = fill(options.documents, options.count), random.Random(1)
    print(f"{options.count} documents, memory {memory('VmRSS') >> 10} MiB", flush=True)
    words = frequent_words(options.documents)
    kinds = [("every document", "", []), ("the same by size", "", [pb.SortKey(attribute="size")]),
             ("one word", words[0], []), ("20 words", " ".join(words[:20]), [])]
    slowest = 0.0
    for name, query, sort in kinds:
        request = pb.SearchRequest(
            collection="packages", query=query, limit=10, facets=FACETS, sort=sort)
        whole(key, request)
        reply, seconds, grown = whole(key, request)
        threads = readers()
        stops = [stop(key, request, draw.uniform(0, seconds), threads, closes=turn % 2 == 1)
                 for turn in range(options.cancels)]
        passed, worked = (sorted(part) for part in zip(*stops))
        slowest = max(slowest, worked[-1])
        print(f"{name}: {reply.total} found in {seconds * 1000:.0f} ms, memory "
              f"+{grown:.1f} MiB; after a cancel {statistics.median(passed):.1f} ms passed and "
              f"{statistics.median(worked):.1f} were worked, at most {passed[-1]:.1f} and "
              f"{worked[-1]:.1f}", flush=True)
    if slowest > STOP_MAXIMUM_MS:
        raise SystemExit(f"whole-searches: one went on for {slowest:.1f} ms")


if __name__ == "__main__":
    main()
