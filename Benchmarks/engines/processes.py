"""What the server and its engines spend, and what the engines were asked."""

import json
import os
import pathlib
import subprocess
import urllib.request

TICK = os.sysconf("SC_CLK_TCK")
POSTGRES = os.environ["DOCKET_BENCH_POSTGRES"]
SEARCH = os.environ["DOCKET_ELASTICSEARCH"].split(",")[0]


def sql(statement: str) -> list[str]:
    """What psql says as the superuser, a line for each row."""
    command = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", statement, POSTGRES]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split("\n")


def engine(path: str, body: str | None = None, method: str = "GET") -> str:
    request = urllib.request.Request(
        SEARCH + path,
        data=body.encode() if body else None,
        method=method,
        headers={"Content-Type": "application/json"},
    )
    return urllib.request.urlopen(request, timeout=60).read().decode()


def _stat(process: str) -> tuple[int, int] | None:
    """Parent and ticks of a process; nothing when it is gone."""
    try:
        fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(") ", 1)[1].split()
    except OSError:
        return None
    # With those of its children that have ended: a backend of PostgreSQL may have.
    return int(fields[1]), sum(int(field) for field in fields[11:15])


def _home(name: str) -> str:
    line = pathlib.Path(os.environ["DOCKET_BENCH_DIRECTORY"], f"{name}.ready").read_text()
    return line.split()[2]


def _processes_of(name: str) -> set[int]:
    """Those whose command names the engine's directory, and their children."""
    home, found, parents = _home(name), set(), {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        stat = _stat(entry.name)
        if stat is None:
            continue
        parents[int(entry.name)] = stat[0]
        try:
            if home in (entry / "cmdline").read_text(errors="replace"):
                found.add(int(entry.name))
        except OSError:
            continue
    return found | {process for process, parent in parents.items() if parent in found}


def processor_seconds() -> dict[str, float]:
    """Of docketd, PostgreSQL and the search engine, since they began."""
    names = {
        "docketd": {int(os.environ["DOCKET_SERVER_PID"])},
        "postgres": _processes_of("postgres"),
    }
    for name in ("elasticsearch", "opensearch"):
        if pathlib.Path(os.environ["DOCKET_BENCH_DIRECTORY"], f"{name}.ready").exists():
            names[name] = _processes_of(name)
    return {
        name: sum(stat[1] for process in ids if (stat := _stat(str(process)))) / TICK
        for name, ids in names.items()
    }


def spent(since: dict[str, float]) -> str:
    now = processor_seconds()
    return ", ".join(f"{name} {now[name] - since[name]:.1f} s" for name in now)


def queries() -> tuple[int, int]:
    """Searches that the engine has seen, and statements on documents of the calls' user."""
    stats = json.loads(engine("/_stats/search?filter_path=_all.total.search.query_total"))
    searches = stats["_all"]["total"]["search"]["query_total"]
    statements = sql(
        "SELECT coalesce(sum(s.calls), 0) FROM pg_stat_statements s JOIN pg_roles r "
        "ON r.oid = s.userid WHERE r.rolname = 'docket_api' AND s.query LIKE '%docket.documents%'"
    )
    return searches, int(statements[0])
