"""The figures of Benchmarks/engines/run, which says what they are and runs this."""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile
import threading
import time

import delivery
import uploads
from processes import processor_seconds, queries, spent, sql

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "samples/packages.schema.json"
TENANTS = 20


def docket(*arguments: str, key: str) -> str:
    environment = os.environ | {"DOCKET_KEY_FILE": key}
    command = ["docket", *arguments]
    end = subprocess.run(command, env=environment, capture_output=True, text=True)
    if end.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: {end.stderr}")
    return end.stdout


def row(name: str, value: str) -> None:
    load = os.getloadavg()[0]
    print(f"  {name:<44} {value}   (load {load:.1f})", flush=True)


def percentile(values: list[float], part: float) -> float:
    values = sorted(values)
    return values[min(len(values) - 1, int(part * len(values)))]


def milliseconds(values: list[float]) -> str:
    parts = (f"P{p * 100:g} {1e3 * percentile(values, p):.1f} ms" for p in (0.5, 0.95, 0.99))
    return ", ".join(parts)


def make_tenants(work: pathlib.Path) -> list[str]:
    """The files of their keys."""
    administrator = os.environ["DOCKET_KEY_FILE"]
    files = []
    for number in range(TENANTS):
        name = f"tenant-{number}"
        docket("tenant", "create", name, key=administrator)
        file = work / name
        file.write_text(docket("key", "create", "--tenant", name, key=administrator))
        docket("collection", "create", "packages", "--schema", str(SCHEMA), key=str(file))
        files.append(str(file))
    return files


class Backlog:
    """What waits in the outbox, looked at all the time, and how long its oldest did."""

    def __init__(self):
        self.oldest = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    @staticmethod
    def look() -> tuple[int, float]:
        found = sql(
            "SELECT count(*), coalesce(docket.now_us() - min(queued_us), 0) FROM docket.outbox"
        )
        count, oldest = found[0].split("|")
        return int(count), int(oldest) / 1e6

    def _watch(self) -> None:
        while not self._over.wait(2):
            _, oldest = self.look()
            self.oldest = max(self.oldest, oldest)

    def until_empty(self, within: float) -> None:
        deadline = time.monotonic() + within
        while self.look()[0] > 0:
            if time.monotonic() > deadline:
                raise SystemExit(f"{self.look()[0]} documents still wait after {within} s")
            time.sleep(0.5)
        self._over.set()
        self._thread.join()


def measure_uploads(keys: list[str], documents: list, rate: int, seconds: int) -> None:
    secrets = [pathlib.Path(file).read_text().strip() for file in keys]
    before, backlog = processor_seconds(), Backlog()
    results, failures = uploads.run(
        os.environ["DOCKET_ADDRESS"], secrets, documents, rate, seconds, batch=10
    )
    ended = time.monotonic()
    accepted = sum(count for _, _, count in results)
    row(f"uploads at {rate} documents/s: accepted", f"{accepted}, calls failed {len(failures)}")
    for reason in sorted(set(failures))[:3]:
        print(f"    {reason}")
    row("  acknowledged, from when due", milliseconds([latency for latency, _, _ in results]))
    row("  of that the generator was late", milliseconds([late for _, late, _ in results]))
    backlog.until_empty(within=300)
    row("  searchable after the last upload", f"{time.monotonic() - ended:.1f} s")
    row("  longest that a document waited", f"{backlog.oldest:.1f} s (bound: 300 s)")
    row("  processor", spent(before))


def load(key: str, file: pathlib.Path, rate: float, seconds: int, *flags: str) -> dict:
    arguments = ["--collection", "packages", "--queries", str(file), "--json"]
    arguments += ["--rate", str(rate), "--duration", f"{seconds}s", *flags]
    environment = os.environ | {"DOCKET_KEY_FILE": key}
    command = ["docket-load", "run", *arguments]
    return json.loads(subprocess.run(
        command, env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout)


def measure_searches(key: str, documents: str, rate: int, work: pathlib.Path) -> None:
    file, seconds = work / "queries", 20
    # More than are made: none is asked twice.
    lines = set(subprocess.run(
        ["docket-load", "queries", documents, "--schema", str(SCHEMA), "--count", "4000"],
        check=True, stdout=subprocess.PIPE, text=True,
    ).stdout.splitlines())
    lines = sorted(lines)
    warming, lines = lines[: len(lines) // 3], lines[len(lines) // 3:]
    if len(lines) < rate * seconds:
        raise SystemExit("there are too few queries")
    # An engine that was just started compiles what it runs.
    warm = work / "warming"
    warm.write_text("\n".join(warming) + "\n")
    load(key, warm, rate / 2, 2 * len(warming) // rate)
    file.write_text("\n".join(lines) + "\n")
    server = processor_seconds()["docketd"]
    time.sleep(seconds / 2)
    idle = 2 * (processor_seconds()["docketd"] - server)
    before, asked = processor_seconds(), queries()
    result = load(key, file, rate, seconds)
    now, found = processor_seconds(), queries()
    calls = result["search"]["calls"]
    latency = result["search"]["latency_us"]
    row(f"searches, none cached, {rate}/s", f"{calls}, failed {result['search']['failed']}")
    row("  latency", f"P50 {latency['p50'] / 1e3:.1f} ms, P95 {latency['p95'] / 1e3:.1f} ms")
    own = (now["docketd"] - before["docketd"] - idle) / calls
    row("  processor of docketd for each", f"{1e6 * own:.0f} us")
    row("  processor", spent(before))
    per = [(after - start) / calls for start, after in zip(asked, found)]
    row("  queries for each: index, truth", f"{per[0]:.3f}, {per[1]:.3f}")

    few = work / "few"
    few.write_text("\n".join(lines[:50]) + "\n")
    load(key, few, 50, 2)
    asked = queries()
    result = load(key, few, 1000, 5)
    found = queries()
    per = [(after - start) / result["search"]["calls"] for start, after in zip(asked, found)]
    sources = result["search"]["answered_from"]
    row("searches, cached, 1000/s", f"{result['search']['calls']}, from {sources}")
    row("  queries for each: index, truth", f"{per[0]:.3f}, {per[1]:.3f}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("documents")
    parser.add_argument("--rate", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=100)
    parser.add_argument("--searches", type=int, default=100)
    parser.add_argument("--held", type=int, default=60_000)
    parser.add_argument("--turns", type=int, default=2)
    options = parser.parse_args()
    lines = pathlib.Path(options.documents).read_text(encoding="utf-8").splitlines()
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        keys = make_tenants(work)
        documents = [uploads.document(line) for line in lines]
        if options.seconds > 0:
            measure_uploads(keys, documents, options.rate, options.seconds)
        delivery.measure(
            lines[: options.held],
            options.turns,
            lambda *arguments: docket(*arguments, key=keys[0]),
            row,
        )
        if options.searches > 0:
            measure_searches(keys[0], options.documents, options.searches, work)


if __name__ == "__main__":
    main()
