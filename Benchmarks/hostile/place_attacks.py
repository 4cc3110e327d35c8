"""Attacks on the places of the server, for connections and for calls, each ended by its guard."""

import contextlib
import select
import socket
import time

import wire
from attacker import Target, peers
from server import Guard

def silent_connections(target: Target, guard: Guard) -> str:
    """2,000 connections that never greet, opened again when they are closed."""
    host, _, port = target.address.rpartition(":")
    sockets: list[socket.socket] = []
    opened = 0
    while not guard.is_over:
        if len(sockets) < 2000:
            connection = socket.socket()
            connection.settimeout(0.2)
            with contextlib.suppress(OSError):
                connection.connect((host, int(port)))
                opened += 1
            sockets.append(connection)
        else:
            guard.wait(0.05)
        if opened % 100 == 0 or len(sockets) >= 2000:
            waiting = select.poll()
            by_file = {connection.fileno(): connection for connection in sockets}
            for file in by_file:
                waiting.register(file, select.POLLIN)
            for file, _ in waiting.poll(0):
                by_file[file].close()
                sockets.remove(by_file[file])
    for connection in sockets:
        connection.close()
    return f"{opened} connections opened"


def half_requests(target: Target, guard: Guard) -> str:
    """1,000 requests on the HTTP port of which the head never ends, begun again when closed."""
    host, _, port = target.server.http.rpartition(":")
    sockets: list[socket.socket] = []
    opened = 0
    while not guard.is_over:
        while len(sockets) < 1000 and not guard.is_over:
            connection = socket.socket()
            connection.settimeout(0.2)
            try:
                connection.connect((host, int(port)))
                connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-A: ")
                opened += 1
            except OSError:
                connection.close()
                break
            sockets.append(connection)
        waiting = select.poll()
        by_file = {connection.fileno(): connection for connection in sockets}
        for file in by_file:
            waiting.register(file, select.POLLIN)
        for file, _ in waiting.poll(20):
            by_file[file].close()
            sockets.remove(by_file[file])
    for connection in sockets:
        connection.close()
    return f"{opened} half requests"


def few_files(target: Target, guard: Guard) -> str:
    """A hard limit of 1,024 open files: how many connections are served, and who says so."""
    with peers(target, guard, 1000) as all_peers:
        remaining = all_peers.open[0].limits[2].get(9, 0) if all_peers.open else 0
        said = [line for line in target.server.log_text().splitlines() if "connections" in line]
        guard.wait(2)
        warned = "warned at start" if said else "nothing said at start"
        return (
            f"{len(all_peers.open)} of 1000 greeted, connections_remaining began at {remaining}, "
            f"{warned}; {all_peers.summary}"
        )


def unfinished_calls(target: Target, guard: Guard) -> str:
    """Four tenants with 1,024 unfinished calls each, while the administrator revokes keys."""
    server = target.server
    keys = [target.key] + [server.tenant(f"other{place}", 1, 10) for place in range(3)]
    opened: list[wire.Peer] = []
    calls = 0
    for key in keys:
        for _ in range(4):
            with contextlib.suppress(wire.Closed, OSError):
                peer = wire.Peer(server.address, key)
                opened.append(peer)
                for _ in range(256):
                    peer.open()
                    peer.send(wire.CALL, wire.MORE, wire.call_meta(wire.UPLOAD), b"\x0a\x01c")
                    calls += 1
    answers = {0: 0}
    administrator = wire.Peer(server.address, server.administrator)
    while not guard.wait(0.2):
        stream = administrator.open()
        body = wire.message(1, b"000000000000")
        deadline = time.monotonic() + 3
        meta = wire.call_meta(wire.REVOKE_KEY)
        administrator.send(wire.CALL, wire.END_STREAM, meta, body, deadline=deadline)
        while stream not in administrator.ended:
            administrator.next(deadline)
        code = administrator.ended.pop(stream)
        answers[code] = answers.get(code, 0) + 1
    administrator.close()
    for peer in opened:
        peer.close()
    refused = answers.get(wire.RESOURCE_EXHAUSTED, 0)
    return f"{calls} calls held; RevokeKey refused {refused} of {sum(answers.values())}"
