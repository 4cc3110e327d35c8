"""The floods by name, and the quiet tenant beside them, in processes of their own."""

import multiprocessing
import os
import random
import time
from dataclasses import dataclass

import wire
from neighbour import Outcome

CONTEXT = multiprocessing.get_context("spawn")
STREAMS = 200  # calls at once on one connection


def words(draw: random.Random, count: int) -> bytes:
    return b" ".join(b"w%dx" % draw.randrange(4000) for _ in range(count))


def small_search(draw: random.Random) -> tuple[int, bytes]:
    return wire.SEARCH, wire.message(1, b"c") + wire.message(2, words(draw, 1)) + wire.number(8, 10)


def heavy_search(draw: random.Random) -> tuple[int, bytes]:
    """Every document, sorted and counted, and a page as large as there is."""
    body = wire.message(1, b"c") + wire.message(2, b"all")
    body += wire.message(6, wire.message(1, b"author")) + wire.number(8, 990 + draw.randrange(10))
    for attribute in (b"author", b"year"):
        body += wire.message(7, wire.message(1, attribute) + wire.number(2, 100))
    return wire.SEARCH, body + wire.message(10, b"body")


def small_upload(draw: random.Random) -> tuple[int, bytes]:
    return wire.UPLOAD, wire.message(1, b"u") + wire.message(2, document(draw, 60))


def batch_upload(draw: random.Random) -> tuple[int, bytes]:
    """500 documents of 5 kB: 2.5 MB."""
    return wire.UPLOAD, wire.message(1, b"u") + wire.message(2, document(draw, 800)) + BATCH


def document(draw: random.Random, count: int) -> bytes:
    identifier = b"i%d" % draw.randrange(1 << 40)
    return wire.message(1, identifier) + wire.message(3, words(draw, count))


BATCH = b"".join(wire.message(2, document(random.Random(n), 800)) for n in range(499))


@dataclass
class Flood:
    """Calls of one kind, so many at once, for as long as it is let."""

    name: str
    call: str
    callers: int
    quiet: tuple[str, ...] = ("search",)

    def start(self, address: str, key: str) -> "Running":
        return Running(self, address, key)


FLOODS = {
    flood.name: flood
    for flood in (
        Flood("64-callers", "small_search", 64),
        Flood("64-heavy", "heavy_search", 64),
        Flood("1000-callers", "small_search", 1000),
        Flood("8-uploaders", "batch_upload", 8, ("search", "upload")),
        Flood("200-writers", "small_upload", 200, ("search", "upload")),
    )
}


class Running:
    def __init__(self, flood: Flood, address: str, key: str):
        self._end = CONTEXT.Event()
        self._results = CONTEXT.Queue()
        arguments = (flood.call, flood.callers, address, key, self._end, self._results)
        self._process = CONTEXT.Process(target=_flood, args=arguments, daemon=True)
        self._began = time.monotonic()
        self._process.start()

    def end(self) -> str:
        self._end.set()
        done, refused = self._results.get(timeout=60)
        self._process.join()
        seconds = time.monotonic() - self._began
        note = f", {refused / seconds:.0f}/s refused" if refused else ""
        return f"{done / seconds:.0f}/s{note}"


def _flood(call: str, callers: int, address: str, key: str, end, results) -> None:
    # What the flood itself takes of the processors is not what is measured.
    os.nice(5)
    make = globals()[call]
    draw = random.Random(7)
    count = -(-callers // STREAMS)
    peers = [connect(address, key) for _ in range(count)]
    open_calls = [0] * count
    done = refused = 0
    while not end.is_set():
        for place, peer in enumerate(peers):
            share = callers // count
            while open_calls[place] < share and not end.is_set():
                begin(peer, *make(draw))
                open_calls[place] += 1
            if not peer.has_more(0.001):
                continue
            peer.read_waiting()
            for code in peer.ended.values():
                open_calls[place] -= 1
                done += code == 0
                refused += code != 0
            peer.ended.clear()
    results.put((done, refused))
    for peer in peers:
        peer.close()


def connect(address: str, key: str) -> wire.Peer:
    """A connection with credit for all that a run may bring."""
    return wire.Peer(address, key, wire.CREDIT_MAXIMUM, wire.CREDIT_MAXIMUM)


def begin(peer: wire.Peer, method: int, body: bytes) -> None:
    """Sends a whole call, in frames as large as there may be."""
    peer.open()
    meta = wire.call_meta(method, 60_000, bypass_cache=method == wire.SEARCH)
    deadline = time.monotonic() + 30
    for start in range(0, len(body), wire.FRAME_RAW):
        part = body[start : start + wire.FRAME_RAW]
        is_last = start + wire.FRAME_RAW >= len(body)
        kind = wire.CALL if start == 0 else wire.DATA
        flags = wire.END_STREAM if is_last else wire.MORE
        if not peer.send(kind, flags, meta if start == 0 else b"", part, deadline=deadline):
            return


class Quiet:
    """One call after the other, 10 ms apart, until it is told to end."""

    def __init__(self, address: str, key: str, kind: str):
        self._end = CONTEXT.Event()
        self._results = CONTEXT.Queue()
        arguments = (address, key, kind, self._end, self._results)
        self._process = CONTEXT.Process(target=_quiet, args=arguments, daemon=True)
        self._process.start()

    def end(self) -> Outcome:
        self._end.set()
        outcome = self._results.get(timeout=60)
        self._process.join()
        return outcome


def _quiet(address: str, key: str, kind: str, end, results) -> None:
    outcome = Outcome()
    draw = random.Random(3)
    make = small_search if kind == "search" else small_upload
    peer = connect(address, key)
    while not end.wait(0.01):
        method, body = make(draw)
        began = time.monotonic()
        try:
            begin(peer, method, body)
            deadline = began + 10
            while peer.stream not in peer.ended:
                peer.next(deadline)
            code = peer.ended.pop(peer.stream)
            if code == 0:
                outcome.latencies.append(time.monotonic() - began)
            else:
                outcome.fail(f"status {code}")
        except (wire.Closed, TimeoutError) as error:
            outcome.fail(f"{type(error).__name__} {error}".strip())
            peer.close()
            peer = connect(address, key)
    results.put(outcome)
    peer.close()
