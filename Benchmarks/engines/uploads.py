"""Uploads of many tenants in an open loop: calls begin when due, latency counts from then."""

import json
import queue
import random
import threading
import time

from docket.v1 import docket_pb2 as pb
from docket_client import Connection, DocketError, method

# A call waits for none before it of its tenant unless so many are under way.
CONNECTIONS = 4


def document(line: str) -> pb.Document:
    """A line of scripts/packages as a message."""
    value = json.loads(line)
    made = pb.Document(id=value["id"], title=value["title"], body=value.get("body", ""))
    for name, given in value.get("attributes", {}).items():
        values = given if isinstance(given, list) else [given]
        kind = "strings" if isinstance(values[0], str) else "numbers"
        made.attributes.append(pb.Attribute(name=name, **{kind: values}))
    return made


class Tenant:
    """The connections of one tenant, each with a thread that makes the calls that are due."""

    def __init__(self, address: str, key: str, results: list, failures: list):
        self.calls: queue.Queue = queue.Queue()
        self._address, self._key = address, key
        self._results, self._failures = results, failures
        self._threads = [
            threading.Thread(target=self._run, daemon=True) for _ in range(CONNECTIONS)
        ]
        for thread in self._threads:
            thread.start()

    def _run(self) -> None:
        connection = Connection(self._address, self._key)
        while (call := self.calls.get()) is not None:
            due, request = call
            began = time.monotonic()
            try:
                reply = connection.call(method("UPLOAD"), request, pb.UploadReply)
                self._results.append((time.monotonic() - due, began - due, reply.accepted))
            except (DocketError, OSError) as error:
                self._failures.append(str(error))
        connection.close()

    def end(self) -> None:
        for _ in self._threads:
            self.calls.put(None)
        for thread in self._threads:
            thread.join()


def zipf(count: int) -> list[float]:
    return [1 / rank for rank in range(1, count + 1)]


def run(
    address: str, keys: list[str], documents: list, rate: int, seconds: int, batch: int
) -> tuple[list[tuple[float, float, int]], list[str]]:
    """Latency, wait for a thread and documents of each call; and what the failed ones said."""
    results: list = []
    failures: list = []
    tenants = [Tenant(address, key, results, failures) for key in keys]
    draw = random.Random(1)
    count = rate * seconds // batch
    chosen = draw.choices(tenants, zipf(len(tenants)), k=count)
    begin = time.monotonic() + 1
    for number, tenant in enumerate(chosen):
        due = begin + number * batch / rate
        request = pb.UploadRequest(collection="packages")
        for place in range(number * batch, (number + 1) * batch):
            document = request.documents.add()
            document.CopyFrom(documents[place % len(documents)])
            document.id += f"-{place // len(documents)}"
        if (wait := due - time.monotonic()) > 0:
            time.sleep(wait)
        tenant.calls.put((due, request))
    for tenant in tenants:
        tenant.end()
    return results, failures
