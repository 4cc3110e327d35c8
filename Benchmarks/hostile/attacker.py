"""The attacker: its target, and its connections."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

import wire
from server import Guard, Server


@dataclass
class Target:
    server: Server
    key: str

    @property
    def address(self) -> str:
        return self.server.address


@dataclass
class Scenario:
    """An attack, and what of the server it is about."""

    attack: Callable[[Target, Guard], str]
    documents: tuple[int, int] = (20, 1000)  # of the attacker's collection: how many, of what size
    asks_health: bool = False  # the neighbour is an orchestrator
    connects: bool = False  # the neighbour connects for each call
    files: int | None = None  # the hard limit of open files


def peers(
    target: Target, guard: Guard, count: int, **options
) -> contextlib.closing["Connections"]:
    return contextlib.closing(Connections(target, guard, count, options))


class Connections:
    """Greeted connections of the attacker, opened again when they are closed."""

    def __init__(self, target: Target, guard: Guard, count: int, options: dict):
        self._target, self._guard, self._options = target, guard, options
        self.open: list[wire.Peer] = []
        self.closed: dict[str, int] = {}
        self.bytes = 0
        for _ in range(count):
            if not self.add():
                break

    def add(self) -> wire.Peer | None:
        if self._guard.is_over:
            return None
        try:
            peer = wire.Peer(self._target.address, self._target.key, **self._options)
        except (wire.Closed, OSError) as error:
            self.note(error)
            return None
        self.open.append(peer)
        return peer

    def note(self, error: Exception) -> None:
        reason = str(error) or type(error).__name__
        self.closed[reason] = self.closed.get(reason, 0) + 1

    def drop(self, peer: wire.Peer, error: Exception) -> None:
        self.note(error)
        self.bytes += peer.sent
        self.open.remove(peer)
        peer.close()

    def close(self) -> None:
        for peer in self.open:
            self.bytes += peer.sent
            peer.close()

    @property
    def summary(self) -> str:
        sent = self.bytes + sum(peer.sent for peer in self.open)
        text = f"{sent / 1e6:.1f} MB sent"
        lost = sum(self.closed.values())
        return f"{text}, {lost} closed: {next(iter(self.closed))}" if lost else text
