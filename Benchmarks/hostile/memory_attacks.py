"""Attacks on the memory of the server, each ended by its guard.

An attack returns what it came to in a few words, and closes what it opened.
"""

import contextlib
import select
import time

import wire
from attacker import Target, peers
from server import MIB, Guard

DOCUMENT = 1_000_000  # bytes of a body, under the limit of a document

# Received, waiting, worked on


def stream_messages(target: Target, guard: Guard) -> str:
    """Whole messages of 16 MiB into a Stream call whose handler waits for credit."""
    request = wire.message(1, b"c")
    long = wire.zstd([(b"a", wire.FRAME_RAW)])
    with peers(target, guard, 4, stream_credit=wire.CREDIT_MINIMUM) as all_peers:
        while not guard.is_over:
            if not all_peers.open and not all_peers.add():
                guard.wait(0.2)
            for peer in list(all_peers.open):
                try:
                    if peer.stream < 0 or peer.stream in peer.ended:
                        peer.open()
                        peer.send(wire.CALL, 0, wire.call_meta(wire.STREAM), request)
                    for _ in range(127):
                        if not peer.send(
                            wire.DATA, wire.MORE, b"", *long, deadline=time.monotonic() + 0.5
                        ):
                            break
                    # The last frame is small, so that the message costs no credit while it waits.
                    peer.send(wire.DATA, 0, b"", b"a", deadline=time.monotonic() + 0.5)
                except wire.Closed as error:
                    all_peers.drop(peer, error)
        return all_peers.summary


def _upload(target: Target, guard: Guard, frames: list[tuple[bytes, int]]) -> str:
    with peers(target, guard, 16) as all_peers:
        began = refused = 0
        while not guard.is_over:
            if len(all_peers.open) < 16:
                all_peers.add()
            for peer in list(all_peers.open):
                try:
                    refused += sum(code == wire.RESOURCE_EXHAUSTED for code in peer.ended.values())
                    peer.ended.clear()
                    peer.open()
                    began += 1
                    for place, (body, raw) in enumerate(frames):
                        kind = wire.DATA if place else wire.CALL
                        flags = wire.END_STREAM if place == len(frames) - 1 else wire.MORE
                        meta = b"" if place else wire.call_meta(wire.UPLOAD)
                        soon = time.monotonic() + 0.5
                        if not peer.send(kind, flags, meta, body, raw, deadline=soon):
                            break
                except wire.Closed as error:
                    all_peers.drop(peer, error)
                if guard.is_over:
                    break
        return f"{began} uploads begun, {refused} refused, {all_peers.summary}"


def uploads(target: Target, guard: Guard) -> str:
    """Complete uploads of 8 documents of 1 MB, some KB on the wire."""
    parts: list[wire.Run | bytes] = [wire.message(1, b"c")]
    for place in range(8):
        head = wire.message(1, b"u%d" % place)
        field = wire.varint(3 << 3 | 2) + wire.varint(DOCUMENT)
        size = len(head) + len(field) + DOCUMENT
        parts += [wire.varint(2 << 3 | 2) + wire.varint(size) + head + field, (b"a", DOCUMENT)]
    return _upload(target, guard, wire.packed_frames(parts))


def upload_values(target: Target, guard: Guard) -> str:
    """Complete uploads of 8 MB in short values, which are many times larger once decoded."""
    value = wire.message(2, b"v")
    attributes = b"".join(
        wire.message(4, wire.message(1, b"a%d" % place) + value * 256) for place in range(40)
    )
    documents = b"".join(
        wire.message(2, wire.message(1, b"u%d" % place) + attributes) for place in range(255)
    )
    body = wire.message(1, b"c") + documents
    cut = [body[at : at + wire.FRAME_RAW] for at in range(0, len(body), wire.FRAME_RAW)]
    return _upload(target, guard, [(part, None) for part in cut])


def refused_calls(target: Target, guard: Guard) -> str:
    """Calls of a method that does not exist and that never end; nobody reads the answers."""
    with peers(target, guard, 16) as all_peers:
        for peer in all_peers.open:
            peer.socket.settimeout(0.02)
        meta = wire.call_meta(9999)
        stream = calls = 0
        pending = {peer: b"" for peer in all_peers.open}
        while not guard.is_over and pending:
            block = bytearray()
            while len(block) < 1 << 18 and stream < wire.CREDIT_MAXIMUM - 4096:
                stream += 2
                block += wire.frame(wire.CALL, 0, stream - 1, meta)
            # Every connection gets every call, those that do not read as fast as they can.
            for peer in pending:
                pending[peer] += bytes(block)
            before = time.monotonic()
            while any(pending.values()) and time.monotonic() - before < 1 and not guard.is_over:
                for peer in list(pending):
                    try:
                        taken = peer.socket.send(pending[peer]) if pending[peer] else 0
                        pending[peer] = pending[peer][taken:]
                        peer.sent += taken
                    except TimeoutError:
                        continue
                    except OSError as error:
                        all_peers.drop(peer, error)
                        del pending[peer]
            calls += len(block) // (wire.HEADER.size + len(meta)) * len(pending)
            if all(len(rest) > 4 * MIB for rest in pending.values()):
                guard.wait(1)
        return f"{calls} calls offered, {all_peers.summary}"


# Unsent


def _held_replies(target: Target, guard: Guard, count: int, read: int) -> str:
    """Connections that ask for all they may, and read so many bytes a second, each."""
    search = wire.message(1, b"c") + wire.message(2, b"w7x") + wire.number(8, 12)
    search += wire.message(13, wire.message(1, b"body"))
    options = {
        "stream_credit": wire.CREDIT_MAXIMUM // 2,
        "connection_credit": wire.CREDIT_MAXIMUM // 2,
        "receive_buffer": 4096,
    }
    with peers(target, guard, count, **options) as all_peers:
        alive = list(all_peers.open)
        for peer in alive:
            with contextlib.suppress(wire.Closed):
                for _ in range(4):
                    peer.open()
                    peer.send(
                        wire.CALL, wire.END_STREAM, wire.call_meta(wire.SEARCH, 300_000), search
                    )
        opened = len(alive)
        while not guard.wait(1):
            waiting = select.poll()
            by_file = {peer.socket.fileno(): peer for peer in alive}
            for file in by_file:
                waiting.register(file, select.POLLIN if read else select.POLLHUP)
            for file, event in waiting.poll(0):
                peer = by_file[file]
                try:
                    if event & (select.POLLHUP | select.POLLERR):
                        raise wire.Closed("cut")
                    if read and not peer.socket.recv(read):
                        raise wire.Closed("cut")
                except (wire.Closed, OSError):
                    alive.remove(peer)
        return f"{opened} connections, {opened - len(alive)} cut, {all_peers.summary}"


def unread_replies(target: Target, guard: Guard) -> str:
    """400 connections that ask for 8 MB each and read nothing."""
    return _held_replies(target, guard, 400, read=0)


def slow_reader(target: Target, guard: Guard) -> str:
    """The same, reading 256 bytes a second each."""
    return _held_replies(target, guard, 400, read=256)


# Received in part


def partial_frames(target: Target, guard: Guard) -> str:
    """Connections that send all but the last byte of the largest frame, and come again."""
    head = wire.frame(wire.CALL, wire.MORE, 1, wire.call_meta(wire.UPLOAD), bytes(wire.FRAME_RAW))
    opened = 0
    with peers(target, guard, 0) as all_peers:
        while not guard.is_over and opened < 4000:
            peer = all_peers.add()
            if not peer:
                guard.wait(0.05)
                continue
            opened += 1
            try:
                peer.write(head[:-1])
            except wire.Closed as error:
                all_peers.drop(peer, error)
        while not guard.wait(0.2):
            pass
        return f"{opened} connections, {all_peers.summary}"


def unfinished_messages(target: Target, guard: Guard) -> str:
    """Uploads of which the end never comes, on all streams of 16 connections."""
    body, raw = wire.zstd([(b"a", wire.FRAME_RAW)])
    with peers(target, guard, 16) as all_peers:
        streams = 0
        for peer in list(all_peers.open):
            try:
                for _ in range(200):
                    peer.open()
                    streams += 1
                    meta = wire.call_meta(wire.UPLOAD)
                    soon = time.monotonic() + 0.2
                    sent = peer.send(wire.CALL, wire.MORE, meta, body, raw, deadline=soon)
                    for _ in range(60):
                        if not sent or guard.is_over:
                            break
                        sent = peer.send(wire.DATA, wire.MORE, b"", body, raw, deadline=soon)
                    if guard.is_over:
                        break
            except wire.Closed as error:
                all_peers.drop(peer, error)
        while not guard.wait(0.2):
            pass
        return f"{streams} messages begun, {all_peers.summary}"
