"""See the script beside this."""

import argparse
import json
import os
import pathlib
import random
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "clients/python"))

from docket.v1 import docket_pb2 as pb  # noqa: E402
from docket_client import Connection  # noqa: E402

LETTERS_MAXIMUM = 8


def docket(*arguments: str) -> str:
    made = subprocess.run(["docket", *arguments], check=True, capture_output=True, text=True)
    return made.stdout


def beginnings(titles: list[str], draw: random.Random) -> dict[str, list[str]]:
    """What is typed, by its kind."""
    typed: dict[str, list[str]] = {}
    for title in titles:
        words = re.findall(r"[a-z0-9]+", title.lower())
        word = draw.choice(words)
        for letters in range(1, min(len(word), LETTERS_MAXIMUM) + 1):
            typed.setdefault(f"one word, {letters}", []).append(word[:letters])
        if len(words) > 1:
            for letters in range(1, min(len(words[1]), LETTERS_MAXIMUM) + 1):
                text = f"{words[0]} {words[1][:letters]}"
                typed.setdefault("two words", []).append(text)
        long = [word for word in words if len(word) >= 5 and word.isalpha()]
        if long:
            word = draw.choice(long)
            place = draw.randrange(1, len(word) - 1)
            wrong = word[:place] + word[place + 1] + word[place] + word[place + 2:]
            if wrong != word:
                typed.setdefault("one word, mistyped", []).append(wrong)
    return typed


def percentile(times: list[int], part: float) -> float:
    return sorted(times)[min(len(times) - 1, int(part * len(times)))] / 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("documents", type=pathlib.Path)
    parser.add_argument("--items", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--turns", type=int, default=2, help="only the last one counts")
    arguments = parser.parse_args()

    docket("tenant", "create", "bench")
    key = docket("key", "create", "--tenant", "bench").strip()
    os.environ["DOCKET_KEY"] = key
    del os.environ["DOCKET_KEY_FILE"]
    schema = pathlib.Path(__file__).resolve().parent.parent / "samples/packages.schema.json"
    docket("collection", "create", "packages", "--schema", str(schema))
    print(docket("upload", "packages", str(arguments.documents), "--wait"), end="")

    titles = [json.loads(line)["title"] for line in arguments.documents.open(encoding="utf-8")]
    draw = random.Random(arguments.seed)
    typed = beginnings(draw.sample(titles, min(arguments.items, len(titles))), draw)
    client = Connection(os.environ["DOCKET_ADDRESS"], key)
    times: dict[str, list[int]] = {}
    found: dict[str, int] = {}
    approximate = 0
    for _ in range(arguments.turns):
        times, found, approximate = {kind: [] for kind in typed}, dict.fromkeys(typed, 0), 0
        calls = [(kind, text) for kind, texts in typed.items() for text in texts]
        draw.shuffle(calls)
        for kind, text in calls:
            request = pb.SuggestRequest(collection="packages", prefix=text)
            reply = client.call(pb.METHOD_SUGGEST, request, pb.SuggestReply)
            times[kind].append(client.last_meta.took_us)
            found[kind] += len(reply.suggestions) > 0
            approximate += reply.approximate
    print("milliseconds of the server         calls    P50    P95    P99  with completions")
    every = [time for kind in times.values() for time in kind]
    rows = [*times.items(), ("all", every)]
    for kind, taken in rows:
        parts = "".join(f"{percentile(taken, part):7.2f}" for part in (0.5, 0.95, 0.99))
        answered = found.get(kind, sum(found.values()))
        print(f"{kind:32}{len(taken):8}{parts}{answered / len(taken):10.0%}")
    if approximate:
        print(f"{approximate} were approximate")


main()
