"""A stream of every document with a reader that stops: what the server holds meanwhile.

    scripts/with-server scripts/python Benchmarks/slow_reader.py DOCUMENTS

The documents are uploaded first. Then one stream is read slowly, with a long pause in the middle;
another is cut there, by closing the socket, and resumed by its cursor on a new connection. Prints
the server's memory before, its peak during the streams, and the counts; fails when one is not exact
or the server grew by over 16 MiB.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from docket.v1 import docket_pb2 as pb
from docket_client import Connection, method

GROWTH_MAXIMUM = 16 << 20
PAUSE = 2.0


def memory(name: str) -> int:
    status = pathlib.Path(f"/proc/{os.environ['DOCKET_SERVER_PID']}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith(name + ":"))
    return int(line.split()[1]) << 10


def reset_peak() -> None:
    pathlib.Path(f"/proc/{os.environ['DOCKET_SERVER_PID']}/clear_refs").write_text("5")


def docket(*arguments: str, key_file: str) -> str:
    environment = os.environ | {"DOCKET_KEY_FILE": key_file}
    command = ["docket", *arguments]
    return subprocess.run(
        command, env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def prepare(documents: str, work: str) -> str:
    """Uploads, and returns the file of the tenant's key."""
    administrator = os.environ["DOCKET_KEY_FILE"]
    docket("tenant", "create", "slow", key_file=administrator)
    key = pathlib.Path(work) / "key"
    key.write_text(docket("key", "create", "--tenant", "slow", key_file=administrator))
    schema = pathlib.Path(__file__).parents[1] / "samples" / "packages.schema.json"
    docket("collection", "create", "packages", "--schema", str(schema), key_file=str(key))
    docket("upload", "packages", documents, "--wait", key_file=str(key))
    return str(key)


def ids(part: pb.StreamPart) -> list[str]:
    return [stored.document.id for stored in part.documents]


def read(key: str, stop_after: int, is_cut: bool) -> list[str]:
    """Every id of a stream that pauses after so many, or is cut there and resumed."""
    request, seen, has_paused = pb.StreamRequest(collection="packages"), [], False
    while True:
        connection = Connection(os.environ["DOCKET_ADDRESS"], key)
        for part in connection.stream(method("STREAM"), request, pb.StreamPart, timeout=300):
            seen += ids(part)
            request.cursor = part.cursor
            if len(seen) >= stop_after and not has_paused:
                has_paused = True
                time.sleep(PAUSE)
                if is_cut:
                    connection.close()
                    break
        else:
            connection.close()
            return seen


def main() -> None:
    documents = sys.argv[1]
    with open(documents, encoding="utf-8") as lines:
        expected = [json.loads(line)["id"] for line in lines]
    with tempfile.TemporaryDirectory() as work:
        key = pathlib.Path(prepare(documents, work)).read_text().strip()
        # Once before, so that pages the store keeps in memory are there already.
        read(key, len(expected), is_cut=False)
        idle = memory("VmRSS")
        reset_peak()
        slow = read(key, len(expected) // 2, is_cut=False)
        cut = read(key, len(expected) // 2, is_cut=True)
        growth = memory("VmHWM") - idle
    print(f"idle {idle / 2**20:.1f} MiB, peak {growth / 2**20:+.1f} MiB with a slow reader")
    print(f"slow: {len(slow)} documents, cut and resumed: {len(cut)}, of {len(expected)}")
    is_exact = slow == cut and sorted(slow) == sorted(expected)
    if not is_exact or growth > GROWTH_MAXIMUM:
        raise SystemExit("slow-reader: a gap, a duplicate, or too much memory")


if __name__ == "__main__":
    main()
