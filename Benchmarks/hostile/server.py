"""A docketd for one scenario: its tenants, its memory, its log."""

import contextlib
import json
import os
import pathlib
import resource
import shutil
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
MIB = 1 << 20


class Server:
    """A docketd on free ports with fresh data, gone at the end."""

    def __init__(self, flags: list[str], files: int | None = None):
        self.programs = pathlib.Path(os.environ.get("DOCKET_PROGRAMS") or ROOT / ".build/release")
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="hostile-"))
        ready = self.work / "ready"

        def limit_files() -> None:
            if files is not None:
                resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

        command = [self.programs / "docketd", "--data-dir", self.work / "data", "--ready-file"]
        command += [ready, "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", *flags]
        self.log = open(self.work / "log", "w+b")
        environment = {k: v for k, v in os.environ.items() if not k.startswith("DOCKET_")}
        self.process = subprocess.Popen(
            command, stderr=self.log, env=environment, preexec_fn=limit_files
        )
        deadline = time.monotonic() + 30
        while not ready.exists() or not ready.read_text().endswith("}\n"):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"docketd is not ready: {self.log_text()}")
            time.sleep(0.02)
        ports = json.loads(ready.read_text())
        self.address, self.http = ports["rpc"], ports["http"]
        self.administrator = (self.work / "data/admin.key").read_text().strip()

    def log_text(self) -> str:
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.work)

    def docket(self, key: str, *arguments: str, text: str | None = None) -> str:
        environment = os.environ | {"DOCKET_ADDRESS": self.address, "DOCKET_KEY": key}
        return subprocess.run(
            [self.programs / "docket", *arguments],
            env=environment,
            input=text,
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ).stdout.strip()

    def tenant(self, name: str, documents: int, size: int) -> str:
        """Makes a tenant whose collection `c` has so many documents of so many bytes; its key."""
        self.docket(self.administrator, "tenant", "create", name)
        key = self.docket(self.administrator, "key", "create", "--tenant", name)
        self.docket(key, "collection", "create", "c", "--attribute", "tag:keyword:filter")
        words = " ".join(f"w{n % 97}x" for n in range(max(1, size // 5)))
        lines = [
            json.dumps({"id": f"d{n}", "title": f"number {n}", "body": words})
            for n in range(documents)
        ]
        self.docket(key, "upload", "c", "--wait", "-", text="\n".join(lines) + "\n")
        return key

    # Memory

    def memory(self, name: str) -> int:
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith(name + ":"))
        return int(line.split()[1]) << 10

    def reset_peak(self) -> None:
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None


class Guard:
    """Ends an attack: when its time is over, or before the server takes too much of the machine."""

    def __init__(self, server: Server, seconds: float, growth_maximum: int):
        self.deadline = time.monotonic() + seconds
        self._server = server
        self._bound = server.memory("VmRSS") + growth_maximum
        self._over = threading.Event()
        self.hit_bound = False
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._over.wait(0.02):
            if time.monotonic() > self.deadline:
                break
            with contextlib.suppress(OSError, StopIteration):
                if self._server.memory("VmRSS") > self._bound:
                    self.hit_bound = True
                    break
        self._over.set()

    @property
    def is_over(self) -> bool:
        return self._over.is_set()

    def wait(self, seconds: float) -> bool:
        """Waits; true when the attack is to end."""
        return self._over.wait(seconds)

    def end(self) -> None:
        self._over.set()
        self._thread.join()
