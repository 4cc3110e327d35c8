"""The outbox let loose on docketd and on bare loops of the same statements and bulks, in turns."""

import json
import os
import pathlib
import resource
import signal
import subprocess
import time

from processes import engine, processor_seconds, sql

ROOT = pathlib.Path(__file__).resolve().parents[2]
BARE = ROOT / os.environ.get("DOCKET_PROGRAMS", ".build/release") / "bare-delivery"
SERVER = int(os.environ["DOCKET_SERVER_PID"])


def block(is_held: bool) -> None:
    """The write block that a full disk brings: docketd sends one document now and then."""
    value = "true" if is_held else "null"
    engine("/docket-*/_settings", f'{{"index.blocks.read_only_allow_delete":{value}}}', "PUT")


def prepare() -> None:
    """The engine does not take a block away by itself when it looks at the disk."""
    engine("/_cluster/settings", '{"persistent":{"cluster.routing.allocation.disk.'
           'threshold_enabled":false}}', "PUT")


def indexed() -> int:
    stats = json.loads(engine("/_stats/indexing?filter_path=_all.total.indexing.index_total"))
    return stats["_all"]["total"]["indexing"]["index_total"]


def waiting() -> int:
    return int(sql("SELECT count(*) FROM docket.outbox")[0])


def upload(lines: list[str], turn: str, docket) -> tuple[float, dict[str, float]]:
    """Uploads the documents as new ones, which wait: seconds, and what it took of whom."""
    file = pathlib.Path(os.environ["DOCKET_BENCH_DIRECTORY"], "held.jsonl")
    with file.open("w") as out:
        for number, line in enumerate(lines):
            out.write(json.dumps(json.loads(line) | {"id": f"{turn}-{number}"}) + "\n")
    before, begin = processor_seconds(), time.monotonic()
    docket("upload", "packages", str(file))
    return time.monotonic() - begin, differences(before)


def differences(before: dict[str, float]) -> dict[str, float]:
    return {name: value - before[name] for name, value in processor_seconds().items()}


def through_docketd() -> tuple[int, float, dict[str, float]]:
    """From the first bulk of more than one document: documents, seconds, and what it took."""
    count, first = waiting(), indexed()
    block(False)
    before, begin = processor_seconds(), time.monotonic()
    while indexed() <= first + 1:
        before, begin = processor_seconds(), time.monotonic()
        time.sleep(0.02)
    while sql("SELECT EXISTS (SELECT FROM docket.outbox)")[0] == "t":
        time.sleep(0.2)
    return count, time.monotonic() - begin, differences(before)


def stop_docketd() -> None:
    """Stops it where it has locked no rows."""
    while True:
        os.kill(SERVER, signal.SIGSTOP)
        if sql("SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
               " AND xact_start IS NOT NULL AND usename LIKE 'docket%'")[0] == "0":
            return
        os.kill(SERVER, signal.SIGCONT)
        time.sleep(0.05)


def through_bare_loop(kind: str) -> tuple[int, float, dict[str, float]]:
    """The same by a bare loop, while docketd is stopped."""
    stop_docketd()
    try:
        block(False)
        before, own = processor_seconds(), children()
        end = subprocess.run([BARE, kind], check=True, stdout=subprocess.PIPE, text=True)
        took = differences(before)
    finally:
        os.kill(SERVER, signal.SIGCONT)
    count, seconds = end.stdout.split()
    return int(count), float(seconds), took | {"docketd": 0, "the loop": children() - own}


def children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def shown(took: dict[str, float], count: int) -> str:
    return ", ".join(f"{name} {1e6 * took[name] / count:.0f} us" for name in took)


def measure(lines: list[str], turns: int, docket, row) -> None:
    prepare()
    block(True)
    seconds, took = upload(lines, "cold", docket)
    row("the index held: acknowledged", f"{len(lines) / seconds:.0f}/s")
    row("  processor for each", shown(took, len(lines)))
    count, seconds, _ = through_docketd()
    row("let loose on a cold engine: docketd", f"{count / seconds:.0f}/s")
    totals = {"docketd": [0, 0.0], "all": [0, 0.0]}
    for turn in range(turns):
        # Whoever comes second finds a warmer engine.
        for kind in list(totals)[:: 1 if turn % 2 else -1]:
            block(True)
            upload(lines, f"{kind}-{turn}", docket)
            result = through_docketd() if kind == "docketd" else through_bare_loop(kind)
            count, seconds, took = result
            totals[kind][0] += count
            totals[kind][1] += seconds
            name = "let loose: docketd" if kind == "docketd" else "  a bare loop, two bulks at once"
            row(name, f"{count / seconds:.0f}/s ({count} in {seconds:.1f} s)")
            row("  processor for each", shown(took, count))
    rates = {kind: count / seconds for kind, (count, seconds) in totals.items()}
    row("docketd of the bare loop", f"{rates['docketd'] / rates['all']:.2f}")
    block(True)
    upload(lines, "alone", docket)
    for kind, name in (("bulks", "bulks and refreshes alone"), ("statements", "statements alone")):
        count, seconds, took = through_bare_loop(kind)
        row(name, f"{count / seconds:.0f}/s")
        row("  processor for each", shown(took, count))
