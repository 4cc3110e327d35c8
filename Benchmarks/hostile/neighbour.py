"""The quiet tenant: one small uncached search after the other, in a process of its own."""

import contextlib
import multiprocessing
import socket
import time
from dataclasses import dataclass, field

import wire


@dataclass
class Outcome:
    """Latencies of the calls that succeeded, in seconds, and how many did not."""

    latencies: list[float] = field(default_factory=list)
    refused: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    def fail(self, reason: str) -> None:
        self.refused += 1
        self.reasons[reason] = self.reasons.get(reason, 0) + 1

    @property
    def calls(self) -> int:
        return len(self.latencies) + self.refused

    def percentile(self, share: float) -> float:
        ordered = sorted(self.latencies) or [float("nan")]
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Neighbour:
    """Calls every 20 ms until it is told to end.

    `connects` is for scenarios about connections: then every call has a new one. `http` asks
    /healthz instead.
    """

    def __init__(self, address: str, key: str, connects=False, http: str | None = None):
        # A fresh interpreter: a forked one would share the attack's sockets.
        context = multiprocessing.get_context("spawn")
        self._end = context.Event()
        self._ready = context.Event()
        self._results = context.Queue()
        arguments = (address, key, connects, http, self._end, self._ready, self._results)
        self._process = context.Process(target=_run, args=arguments, daemon=True)
        self._process.start()
        self._ready.wait(10)

    def end(self) -> Outcome:
        self._end.set()
        outcome = self._results.get(timeout=30)
        self._process.join()
        return outcome


def _run(address, key, connects, http, end, ready, results) -> None:
    outcome = Outcome()
    peer = None
    ready.set()
    while not end.wait(0.02):
        began = time.monotonic()
        try:
            if http is not None:
                _health(http)
            else:
                peer = peer or wire.Peer(address, key, timeout=3)
                _search(peer)
            outcome.latencies.append(time.monotonic() - began)
        except (wire.Closed, TimeoutError, OSError, _Failed) as error:
            outcome.fail(f"{type(error).__name__} {error}".strip())
            if not isinstance(error, _Failed) and peer:
                peer.close()
                peer = None
        if connects and peer:
            peer.close()
            peer = None
    results.put(outcome)


class _Failed(Exception):
    """A call that ended with another status than OK."""


def _search(peer: wire.Peer) -> None:
    body = wire.message(1, b"c") + wire.message(2, b"w7x") + wire.number(8, 1)
    stream = peer.open()
    deadline = time.monotonic() + 3
    meta = wire.call_meta(wire.SEARCH, 3000, bypass_cache=True)
    if not peer.send(wire.CALL, wire.END_STREAM, meta, body, deadline=deadline):
        raise TimeoutError
    taken = 0
    while stream not in peer.ended:
        kind, _, _, meta, data = peer.next(deadline)
        taken += wire.cost(meta, len(data)) if kind == wire.DATA else 0
    if taken:
        peer.write(wire.frame(wire.CREDIT, 0, 0, b"", taken.to_bytes(4, "big")))
    code = peer.ended.pop(stream)
    if code != 0:
        raise _Failed(f"status {code}")


def _health(http: str) -> None:
    """As an orchestrator asks: a second for everything."""
    host, _, port = http.rpartition(":")
    with contextlib.closing(socket.create_connection((host, int(port)), 1)) as connection:
        deadline = time.monotonic() + 1
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = b""
        while True:
            connection.settimeout(max(0.001, deadline - time.monotonic()))
            data = connection.recv(4096)
            if not data:
                break
            answer += data
        if b" 200 " not in answer:
            raise _Failed("no answer")
