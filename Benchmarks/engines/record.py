"""Records what docketd asks its engines for each of some searches, for Benchmarks/uncached.c.

    record.py KEY-FILE QUERIES OUT      beside scripts/with-engines

A docketd of its own runs on proxies of the engines; searches go one by one, so that what passes
belongs to the last. Each record is a query, the request to the search engine and the statements
of the check, which are nothing where nothing was found: each as its length and its bytes.
"""

import os
import pathlib
import socket
import struct
import subprocess
import sys
import threading
import urllib.parse

# Sync, the end of what one call sends to PostgreSQL.
SYNC = b"S\x00\x00\x00\x04"


class Proxy:
    """Hands bytes through; `seen` has what clients sent, from one answer to the next."""

    def __init__(self, url: str):
        parts = urllib.parse.urlsplit(url)
        self._target = (parts.hostname, parts.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = url.replace(f":{parts.port}", f":{self._listener.getsockname()[1]}")
        self.seen: list[bytes] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            engine = socket.create_connection(self._target)
            # Each write is a packet, as it was for the client.
            for one in (client, engine):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            asked: list[bytes] = []
            for source, target, is_asking in ((client, engine, True), (engine, client, False)):
                arguments = (source, target, is_asking, asked)
                threading.Thread(target=self._pump, args=arguments, daemon=True).start()

    def _pump(self, source, target, is_asking: bool, asked: list[bytes]) -> None:
        try:
            while data := source.recv(1 << 16):
                if is_asking:
                    asked.append(data)
                elif asked:
                    self.seen.append(b"".join(asked))
                    asked.clear()
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def drive(queries: list[str], steps) -> None:
    """Searches by docketd, each begun and ended by a line."""
    from docket.v1 import docket_pb2 as pb
    from docket_client import Connection, method

    connection = Connection(os.environ["DOCKET_ADDRESS"], os.environ["DOCKET_BENCH_KEY"])
    for query in queries:
        request = pb.SearchRequest(collection="packages", query=query, limit=10)
        connection.call(method("SEARCH"), request, pb.SearchReply)
        print(flush=True)
        steps.readline()


def record(key: str, file: str, out: str) -> None:
    search = Proxy(os.environ["DOCKET_ELASTICSEARCH"].split(",")[0])
    truth = Proxy(os.environ["DOCKET_POSTGRES"])
    environment = os.environ | {
        "DOCKET_ELASTICSEARCH": search.url,
        "DOCKET_POSTGRES": truth.url,
        "DOCKET_BENCH_KEY": pathlib.Path(key).read_text().strip(),
    }
    # What is shared by Redis is not asked of the engines.
    environment.pop("DOCKET_REDIS", None)
    command = ["scripts/with-server", "scripts/python", __file__, "--drive", file]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    driver = subprocess.Popen(command, env=environment, **pipes)
    with open(out, "wb") as exchanges:
        for query in pathlib.Path(file).read_text().splitlines():
            if driver.stdout.readline() == "":
                raise SystemExit("record.py: the searches have failed")
            asked = [seen for seen in search.seen if b"/_search?" in seen]
            checks = [
                seen for seen in truth.seen if b"docket.versions" in seen and seen.endswith(SYNC)
            ]
            search.seen.clear()
            truth.seen.clear()
            if len(asked) == 1 and len(checks) <= 1:
                for part in (query.encode(), asked[0], checks[0] if checks else b""):
                    exchanges.write(struct.pack("=I", len(part)) + part)
            driver.stdin.write("\n")
            driver.stdin.flush()
    if driver.wait() != 0:
        raise SystemExit("record.py: docketd has failed")


if __name__ == "__main__":
    if sys.argv[1] == "--drive":
        drive(pathlib.Path(sys.argv[2]).read_text().splitlines(), sys.stdin)
    else:
        record(*sys.argv[1:])
