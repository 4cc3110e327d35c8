"""The protocol of docs/PROTOCOL.md as a peer that may break its rules needs it.

Standard library only. zstd frames are written by hand, from blocks that repeat one byte: few bytes
on the wire, many at the server.
"""

import select
import socket
import struct
import time

HELLO, HELLO_ACK, CALL, DATA, STATUS, CANCEL, CREDIT, PING, GOAWAY = 1, 2, 4, 5, 6, 7, 8, 9, 10
END_STREAM, MORE = 1, 2
UPLOAD, SEARCH, STREAM, REVOKE_KEY = 1, 3, 4, 38
RESOURCE_EXHAUSTED = 8
HEADER = struct.Struct(">IBBHII")
PREFACE = b"\x8dDKT\x01\x01\r\n"
FRAME_RAW = 131_072
CREDIT_MAXIMUM = 0x7FFF_FFFF
CREDIT_MINIMUM = FRAME_RAW + 8_192 + 16


class Closed(Exception):
    """The server closed the connection; the argument is the reason of its GOAWAY, if any."""


# Protobuf


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out) + bytes([number])


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def message(field: int, value: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(value)) + value


def fields(data: bytes) -> dict[int, int | bytes]:
    """The fields of a message, the last of each number."""
    found, at = {}, 0

    def read() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = read()
        if key & 7 == 0:
            found[key >> 3] = read()
        elif key & 7 == 2:
            length = read()
            found[key >> 3] = data[at : at + length]
            at += length
        else:
            at += 8 if key & 7 == 1 else 4
    return found


# Frames


def frame(kind: int, flags: int, stream: int, meta=b"", body=b"", raw: int | None = None) -> bytes:
    """A frame; `raw` is the length of a body that is a zstd frame."""
    codec, length = (0, len(body)) if raw is None else (1, raw)
    size = len(meta) + len(body)
    return HEADER.pack(size << 8 | kind, flags, codec, len(meta), stream, length) + meta + body


def cost(meta: bytes, raw: int) -> int:
    return HEADER.size + len(meta) + raw


Run = tuple[bytes, int]  # one byte, how many times


def zstd(parts: list[Run | bytes]) -> tuple[bytes, int]:
    """A zstd frame of these parts, at most 128 KiB raw: its bytes and its raw length."""
    blocks = bytearray()
    raw = 0
    for place, part in enumerate(parts):
        is_run = isinstance(part, tuple)
        size = part[1] if is_run else len(part)
        content = part[0] if is_run else part
        kind = 1 if is_run else 0
        blocks += struct.pack("<I", size << 3 | kind << 1 | (place == len(parts) - 1))[:3] + content
        raw += size
    # Magic; a single segment with its content size in four bytes.
    return b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", raw) + bytes(blocks), raw


def packed_frames(parts: list[Run | bytes]) -> list[tuple[bytes, int]]:
    """A long message cut into zstd frames of at most 128 KiB raw each."""
    frames: list[tuple[bytes, int]] = []
    current: list[Run | bytes] = []
    room = FRAME_RAW
    for part in parts:
        left = part[1] if isinstance(part, tuple) else len(part)
        start = 0
        while left:
            size = min(left, room)
            is_run = isinstance(part, tuple)
            current.append((part[0], size) if is_run else part[start : start + size])
            start, left, room = start + size, left - size, room - size
            if room == 0:
                frames.append(zstd(current))
                current, room = [], FRAME_RAW
    if current:
        frames.append(zstd(current))
    return frames


class Peer:
    """One connection; reads and counts what comes, and knows the credit that it has."""

    def __init__(
        self,
        address: str,
        key: str,
        stream_credit=524_288,
        connection_credit=4_194_304,
        timeout=10.0,
        receive_buffer: int | None = None,
    ):
        host, _, port = address.rpartition(":")
        self.socket = socket.socket()
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        self.socket.connect((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray()
        self.sent = 0
        self.stream = -1
        self.ended: dict[int, int] = {}  # streams that are over: their status codes
        receive = number(4, stream_credit) + number(5, connection_credit)
        hello = message(1, receive) + message(3, key.encode()) + message(4, b"hostile/1")
        self.write(PREFACE + frame(HELLO, 0, 0, hello))
        deadline = time.monotonic() + timeout
        try:
            if self.take(8, deadline) != PREFACE:
                raise Closed("another version")
            _, _, _, ack, _ = self.next(deadline)
        except BaseException:
            self.socket.close()
            raise
        self.limits = {n: fields(v) for n, v in fields(ack).items() if n <= 3}
        self.credit = self.limits[1][5]
        self.stream_credit: dict[int, int] = {}

    def close(self) -> None:
        self.socket.close()

    def write(self, data: bytes) -> None:
        try:
            self.socket.sendall(data)
        except OSError as error:
            raise Closed(str(error)) from None
        self.sent += len(data)

    def open(self) -> int:
        """The id of a new call, whose first frame is to be sent now."""
        self.stream += 2
        self.stream_credit[self.stream] = self.limits[1][4]
        return self.stream

    def take(self, count: int, deadline: float) -> bytes:
        while len(self.buffer) < count:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            if self.has_more(left):
                self.receive()
        data = bytes(self.buffer[:count])
        del self.buffer[:count]
        return data

    def has_more(self, seconds: float) -> bool:
        waiting = select.poll()
        waiting.register(self.socket, select.POLLIN)
        return bool(waiting.poll(1000 * seconds))

    def receive(self) -> None:
        try:
            data = self.socket.recv(1 << 18)
        except OSError as error:
            raise Closed(str(error)) from None
        if not data:
            raise Closed("no reason")
        self.buffer += data

    def next(self, deadline: float) -> tuple[int, int, int, bytes, bytes]:
        """The next frame: type, flags, stream, metadata, body. Credit is counted."""
        head, flags, _, meta_length, stream, _ = HEADER.unpack(self.take(HEADER.size, deadline))
        payload = self.take(head >> 8, deadline)
        meta, body = payload[:meta_length], payload[meta_length:]
        kind = head & 255
        if kind == CREDIT:
            granted = struct.unpack(">I", body)[0]
            if stream == 0:
                self.credit += granted
            elif stream in self.stream_credit:
                self.stream_credit[stream] += granted
        elif kind == GOAWAY:
            raise Closed(f"GOAWAY {fields(meta).get(2, 0)}")
        elif kind in (STATUS, CANCEL) or kind == DATA and flags & END_STREAM:
            self.ended[stream] = status_code(meta) if kind != CANCEL else 14
            self.stream_credit.pop(stream, None)
        return kind, flags, stream, meta, body

    def read_waiting(self) -> None:
        """Reads what is there without waiting."""
        while self.has_more(0):
            self.receive()
        while len(self.buffer) >= HEADER.size:
            if len(self.buffer) < HEADER.size + (HEADER.unpack_from(self.buffer)[0] >> 8):
                return
            self.next(time.monotonic())

    def send(self, kind, flags, meta=b"", body=b"", raw=None, deadline=0.0) -> bool:
        """Sends a frame of the newest call once there is credit; false when there is none in time,
        or the call is over."""
        stream = self.stream
        price = cost(meta, len(body) if raw is None else raw)
        self.read_waiting()
        while True:
            if stream in self.ended:
                return False
            if price <= min(self.credit, self.stream_credit[stream]):
                break
            try:
                self.next(deadline)
            except TimeoutError:
                return False
        self.credit -= price
        self.stream_credit[stream] -= price
        self.write(frame(kind, flags, stream, meta, body, raw))
        return True


def status_code(meta: bytes) -> int:
    status = fields(meta).get(1, b"")
    return fields(status).get(1, 0) if status else 0


def call_meta(method: int, timeout_ms: int = 0, bypass_cache: bool = False) -> bytes:
    meta = number(1, method)
    if timeout_ms:
        meta += number(2, timeout_ms)
    return meta + (number(5, 1) if bypass_cache else b"")
