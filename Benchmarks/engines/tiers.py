"""The load of Benchmarks/engines/tiers, which says what it is and runs this."""

import argparse
import json
import os
import pathlib
import random
import subprocess
import tempfile

from figures import SCHEMA, docket, make_tenants, row
from processes import queries
from uploads import zipf

SEARCHES = 500
SEED = 1


class Tenant:
    """A key, the part of all calls that are its, and what it searches for, by popularity."""

    def __init__(self, key: str, share: float, lines: list[str]):
        self.key, self.share = key, share
        documents = pathlib.Path(f"{key}.jsonl")
        documents.write_text("\n".join(lines) + "\n")
        docket("upload", "packages", str(documents), "--wait", key=key)
        command = ["docket-load", "queries", str(documents), "--schema", str(SCHEMA)]
        self._searches = subprocess.run(
            [*command, "--count", str(SEARCHES), "--seed", str(SEED)],
            check=True, stdout=subprocess.PIPE, text=True,
        ).stdout.splitlines()

    def start(self, address: str, rate: float, seconds: int, draw: random.Random):
        """A generator with what it asks, each search as often as it is popular."""
        rate *= self.share
        asked = draw.choices(self._searches, zipf(len(self._searches)), k=int(rate * seconds) + 1)
        file = pathlib.Path(f"{self.key}.queries")
        file.write_text("\n".join(asked) + "\n")
        command = ["docket-load", "run", "--collection", "packages", "--queries", str(file)]
        command += ["--json", "--rate", f"{rate:.2f}", "--duration", f"{seconds}s"]
        environment = os.environ | {
            "DOCKET_ADDRESS": address, "DOCKET_KEY_FILE": self.key
        }
        return subprocess.Popen(command + ["--connections", "1"], env=environment,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def load(tenants: list[Tenant], address: str, rate: float, seconds: int, draw) -> list[dict]:
    """What became of the searches of each tenant."""
    runs = [tenant.start(address, rate, seconds, draw) for tenant in tenants]
    ends = [run.communicate() for run in runs]
    for run, (_, errors) in zip(runs, ends):
        if run.returncode != 0:
            raise SystemExit(f"docket-load: {errors}")
    return [json.loads(out)["search"] for out, _ in ends]


def report(name: str, results: list[dict]) -> float:
    """Prints a row for each figure; the mean latency."""
    calls = sum(result["calls"] for result in results)
    failed = sum(result["failed"] for result in results)
    answered = [result for result in results if result["calls"] > result["failed"]]
    mean = sum(r["latency_us"]["mean"] * (r["calls"] - r["failed"]) for r in answered)
    mean /= max(1, calls - failed)
    row(name, f"{calls}, failed {failed}")
    for source in ("l1", "l2", "engine"):
        count = sum(result["answered_from"][source] for result in results)
        row(f"  answered by {source}", f"{count / max(1, calls):.3f}")
    # No tenant's is worse, so that of all together is none either.
    worst = max((result["latency_us"]["p95"] for result in answered), default=0)
    busiest = results[0]["latency_us"]["p95"]
    row("  latency", f"mean {mean / 1e3:.1f} ms, P95 {busiest / 1e3:.1f} ms of the busiest tenant, "
        f"{worst / 1e3:.1f} ms of the worst")
    return mean


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("documents")
    parser.add_argument("--rate", type=float, default=833)
    parser.add_argument("--seconds", type=int, default=30)
    options = parser.parse_args()
    lines = pathlib.Path(options.documents).read_text(encoding="utf-8").splitlines()
    draw = random.Random(SEED)
    draw.shuffle(lines)
    cached, bare = os.environ["DOCKET_BENCH_CACHED"], os.environ["DOCKET_ADDRESS"]
    with tempfile.TemporaryDirectory() as folder:
        tenants, place = [], 0.0
        keys = make_tenants(pathlib.Path(folder))
        for key, weight in zip(keys, zipf(len(keys))):
            share = weight / sum(zipf(len(keys)))
            part = lines[int(place * len(lines)):int((place + share) * len(lines))]
            tenants.append(Tenant(key, share, part))
            place += share
        for part in (0.25, 0.5):
            load(tenants, cached, part * options.rate, 15, draw)
        before = queries()
        results = load(tenants, cached, options.rate, options.seconds, draw)
        per = [b - a for a, b in zip(before, queries())]
        calls = sum(result["calls"] for result in results)
        with_caches = report(f"searches at {options.rate:.0f}/s", results)
        row("  queries for each: index, truth", f"{per[0] / calls:.3f}, {per[1] / calls:.3f}")
        results = load(tenants, bare, options.rate, max(1, options.seconds // 3), draw)
        without = report("the same without caches", results)
        row("  latency with caches, of that without", f"{with_caches / max(1, without):.3f}")


if __name__ == "__main__":
    main()
