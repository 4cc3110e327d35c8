"""A client of Docket, written from docs/PROTOCOL.md and proto/ alone.

One connection, one call at a time, no threads: a pattern to copy from. See README.md beside it.
"""

import socket
import ssl
import struct
import time
from collections.abc import Iterator
from typing import NamedTuple

import zstandard
from docket.v1 import docket_pb2 as pb
from docket.v1 import wire_pb2 as wire
from google.protobuf.message import DecodeError, Message

MAGIC, VERSION = b"\x8dDKT", 1
HEADER = struct.Struct(">I B B H I I")  # length and type, flags, codec, meta_len, stream, raw_len
HELLO, HELLO_ACK, CALL, DATA, STATUS, CANCEL, CREDIT, PING, GOAWAY = 1, 2, 4, 5, 6, 7, 8, 9, 10
END_STREAM, MORE, ACK = 0x01, 0x02, 0x08
IDENTITY, ZSTD = 0, 1
CANCEL_DEADLINE = b"\x01"
# What this client takes: the defaults of the protocol, which HELLO need not name.
FRAME_RAW, META, MESSAGE = 131_072, 8_192, 16_777_216
STREAM_CREDIT, CONNECTION_CREDIT = 524_288, 4_194_304


class DocketError(Exception):
    """A call, or the connection, that ended with a status other than OK."""

    def __init__(self, code: int, message: str, details=(), not_processed: bool = False):
        self.code = wire.StatusCode.Name(code).removeprefix("STATUS_CODE_")
        self.message = message
        self.details = list(details)
        self.not_processed = not_processed
        super().__init__(f"{self.code}: {message}")


class Frame(NamedTuple):
    """A frame as it arrived; `body` is decompressed."""

    kind: int
    flags: int
    stream: int
    meta: bytes
    body: bytes

    @property
    def cost(self) -> int:
        """What the frame took of the credit."""
        return len(self.body) + len(self.meta) + HEADER.size


class Connection:
    """One connection of one key.

    `tls` is an `ssl.SSLContext` for TLS 1.3, or None for plain TCP. Raises DocketError
    UNAUTHENTICATED for a wrong key, OSError where nobody listens.
    """

    def __init__(self, address: str, key: str, tls: ssl.SSLContext | None = None, timeout=5.0):
        host, _, port = address.rpartition(":")
        host = host.strip("[]")
        self._deadline = time.monotonic() + timeout
        self._socket = socket.create_connection((host, int(port)), timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls is not None:
            tls.minimum_version = ssl.TLSVersion.TLSv1_3
            tls.set_alpn_protocols(["docket/1"])
            self._socket = tls.wrap_socket(self._socket, server_hostname=host)
        self._compressor = zstandard.ZstdCompressor(level=1)
        self._decompressor = zstandard.ZstdDecompressor(max_window_size=1 << 17)
        self._stream = 0  # of the newest call
        self._credit = 0  # what may be sent on the connection
        self._stream_credit = 0  # what may be sent on the newest call
        self._owed = 0  # bytes taken on the connection and not granted again
        self._is_going_away = False
        self._greet(key)

    def close(self) -> None:
        """Ends the connection."""
        self._socket.close()

    # Calls

    def call(self, method: int, request: Message, reply: type[Message], **options) -> Message:
        """One message each way; `options` as for `stream`. The reply's metadata is `last_meta`."""
        messages = list(self.stream(method, request, reply, **options))
        if len(messages) != 1:
            raise DocketError(wire.STATUS_CODE_INTERNAL, f"{len(messages)} messages in a reply")
        return messages[0]

    def stream(
        self,
        method: int,
        request: Message,
        reply: type[Message],
        timeout: float = 10.0,
        idempotency_key: bytes = b"",
        max_stale_ms: int = 0,
    ) -> Iterator[Message]:
        """The messages of a reply as they come; credit goes back as they are taken.

        `timeout` is in seconds, for the whole call. Raises DocketError.
        """
        meta = wire.CallMeta(
            method=method,
            timeout_ms=max(1, int(timeout * 1000)),
            idempotency_key=idempotency_key,
            max_stale_ms=max_stale_ms,
        )
        self._deadline = time.monotonic() + timeout
        stream, is_over = self._open(), False
        try:
            self._send_request(stream, meta.SerializeToString(), request.SerializeToString())
            for message in self._receive(stream):
                yield self._parse(reply, message)
            is_over = True
        except DocketError as error:
            # Ours alone are two: the deadline, and a reply that cannot be read.
            is_over = error.code not in ("DEADLINE_EXCEEDED", "INTERNAL")
            raise
        finally:
            if not is_over and self._socket.fileno() >= 0:
                self._send(CANCEL, 0, stream, body=CANCEL_DEADLINE)

    def _open(self) -> int:
        if self._is_going_away:
            raise _unavailable("the server is going away")
        self._stream = self._stream + 2 if self._stream else 1
        self._stream_credit = self._ack.receive.initial_stream_credit
        return self._stream

    # Sending

    def _send_request(self, stream: int, meta: bytes, body: bytes) -> None:
        """Sends a request in as many frames as it needs, as credit comes."""
        kind, start = CALL, 0
        while True:
            part = body[start : start + self._ack.receive.max_frame_raw]
            cost = len(part) + len(meta) + HEADER.size
            while min(self._credit, self._stream_credit) < cost:
                frame = self._next_frame()
                if frame.stream == stream and frame.kind in (STATUS, DATA):
                    self._take_status(frame)  # refused before it was complete
            self._credit -= cost
            self._stream_credit -= cost
            start += len(part)
            is_last = start >= len(body)
            self._send(kind, END_STREAM if is_last else MORE, stream, meta, part)
            if is_last:
                return
            kind, meta = DATA, b""

    def _send(self, kind: int, flags: int, stream: int, meta: bytes = b"", body: bytes = b""):
        raw, codec = len(body), IDENTITY
        if kind in (CALL, DATA) and raw >= 64 and ZSTD in self._codecs:
            packed = self._compressor.compress(body)
            if len(packed) < raw * 0.95:
                body, codec = packed, ZSTD
        length = len(meta) + len(body)
        header = HEADER.pack(length << 8 | kind, flags, codec, len(meta), stream, raw)
        self._socket.settimeout(max(0.001, self._deadline - time.monotonic()))
        try:
            self._socket.sendall(header + meta + body)
        except TimeoutError:
            raise DocketError(wire.STATUS_CODE_DEADLINE_EXCEEDED, "the deadline passed") from None

    # Receiving

    def _receive(self, stream: int) -> Iterator[bytes]:
        """The whole messages of one stream, until it has ended well."""
        message, owed = bytearray(), 0
        while True:
            frame = self._next_frame()
            if frame.stream != stream or frame.kind not in (DATA, STATUS, CANCEL):
                self._grant(frame.cost if frame.kind == DATA else 0)
                continue
            if frame.kind == CANCEL:
                raise DocketError(wire.STATUS_CODE_UNAVAILABLE, "the server gave up")
            is_last = frame.kind == STATUS or bool(frame.flags & END_STREAM)
            if is_last:
                self._take_status(frame)
            if frame.kind == DATA:
                message += frame.body
                if len(message) > MESSAGE:
                    raise DocketError(wire.STATUS_CODE_INTERNAL, "a reply over the limit")
                if not frame.flags & MORE:
                    yield bytes(message)
                    message.clear()
                self._grant(frame.cost)
                owed += frame.cost
                if owed >= STREAM_CREDIT // 4 and not is_last:
                    self._send(CREDIT, 0, stream, body=struct.pack(">I", owed))
                    owed = 0
            if is_last:
                return

    def _take_status(self, frame: Frame) -> None:
        self.last_meta = self._parse(wire.ReplyMeta, frame.meta)
        status = self.last_meta.status
        if status.code != wire.STATUS_CODE_OK:
            raise DocketError(status.code, status.message, status.details, status.not_processed)

    def _grant(self, cost: int) -> None:
        """Gives credit back to the connection, a quarter at a time."""
        self._owed += cost
        if self._owed >= CONNECTION_CREDIT // 4:
            self._send(CREDIT, 0, 0, body=struct.pack(">I", self._owed))
            self._owed = 0

    def _next_frame(self) -> Frame:
        """The next frame that concerns a call; everything else is dealt with."""
        while True:
            frame = self._read_frame()
            if frame.kind == PING and not frame.flags & ACK:
                self._send(PING, ACK, 0, body=frame.body)
            elif frame.kind == CREDIT:
                (granted,) = struct.unpack(">I", frame.body)
                if frame.stream == 0:
                    self._credit += granted
                elif frame.stream == self._stream:
                    self._stream_credit += granted
                return frame
            elif frame.kind == GOAWAY:
                self._go_away(frame)
            elif frame.kind in (DATA, STATUS, CANCEL, HELLO_ACK):
                return frame

    def _go_away(self, frame: Frame) -> None:
        notice = self._parse(wire.GoAway, frame.meta)
        self._is_going_away = True
        reason = wire.GoAwayReason.Name(notice.reason).removeprefix("GO_AWAY_REASON_")
        if reason == "UNAUTHENTICATED":
            raise DocketError(wire.STATUS_CODE_UNAUTHENTICATED, notice.message or reason)
        if self._stream == 0 or self._stream > notice.last_stream:
            raise _unavailable(notice.message or reason)

    def _read_frame(self) -> Frame:
        first, flags, codec, meta_length, stream, raw = HEADER.unpack(self._read(HEADER.size))
        length, kind = first >> 8, first & 0xFF
        if length > FRAME_RAW + META or meta_length > length or raw > FRAME_RAW:
            raise DocketError(wire.STATUS_CODE_INTERNAL, "the server sent a frame over the limits")
        payload = self._read(length)
        meta, body = payload[:meta_length], payload[meta_length:]
        if codec == ZSTD:
            if zstandard.get_frame_parameters(body).content_size != raw:
                raise DocketError(wire.STATUS_CODE_INTERNAL, "a frame of a wrong size")
            body = self._decompressor.decompress(body, max_output_size=raw)
        return Frame(kind, flags, stream, meta, body)

    def _read(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            self._socket.settimeout(max(0.001, self._deadline - time.monotonic()))
            try:
                part = self._socket.recv(count - len(data))
            except TimeoutError:
                code = wire.STATUS_CODE_DEADLINE_EXCEEDED
                raise DocketError(code, "the deadline passed") from None
            if not part:
                raise DocketError(wire.STATUS_CODE_UNAVAILABLE, "the connection was closed")
            data += part
        return bytes(data)

    @staticmethod
    def _parse(kind: type[Message], data: bytes) -> Message:
        try:
            return kind.FromString(data)
        except DecodeError:
            raise DocketError(wire.STATUS_CODE_INTERNAL, "the reply cannot be read") from None

    # Greeting

    def _greet(self, key: str) -> None:
        self._codecs = b""
        hello = wire.Hello(
            codecs=bytes([ZSTD, IDENTITY]),
            credential=key.encode(),
            agent="docket-python/1",
        )
        self._socket.sendall(MAGIC + bytes([VERSION, VERSION]) + b"\r\n")
        self._send(HELLO, 0, 0, hello.SerializeToString())
        preface = self._read(8)
        if preface[:4] != MAGIC or preface[4:6] != bytes([VERSION, VERSION]):
            raise DocketError(wire.STATUS_CODE_UNAVAILABLE, "the server speaks another version")
        self._ack = self._parse(wire.HelloAck, self._next_frame().meta)
        self._codecs = self._ack.codecs
        self._credit = self._ack.receive.initial_connection_credit


def _unavailable(message: str) -> DocketError:
    return DocketError(wire.STATUS_CODE_UNAVAILABLE, message, not_processed=True)


def method(name: str) -> int:
    """The number of a method: `method("SEARCH")`."""
    return pb.Method.Value(f"METHOD_{name}")
