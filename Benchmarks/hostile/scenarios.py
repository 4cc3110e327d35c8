"""The attacks by name."""

import memory_attacks as memory
import place_attacks as places
from attacker import Scenario

SCENARIOS = {
    "stream-messages": Scenario(memory.stream_messages, (60, 100_000)),
    "refused-calls": Scenario(memory.refused_calls),
    "uploads": Scenario(memory.uploads),
    "upload-values": Scenario(memory.upload_values),
    "unread-replies": Scenario(memory.unread_replies, (12, 170_000)),
    "slow-reader": Scenario(memory.slow_reader, (12, 170_000)),
    "partial-frames": Scenario(memory.partial_frames),
    "unfinished-messages": Scenario(memory.unfinished_messages),
    "silent-connections": Scenario(places.silent_connections, connects=True),
    "half-requests": Scenario(places.half_requests, asks_health=True),
    "few-files": Scenario(places.few_files, files=1024),
    "unfinished-calls": Scenario(places.unfinished_calls),
}
