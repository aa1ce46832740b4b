"""`tripplan serve` as a process of its own, and a client that says what it likes to it."""

import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

READY_S = 400.0
"""The first worker on a machine compiles."""


@dataclass(frozen=True)
class TripServer:
    """A server that is running."""

    port: int
    process: subprocess.Popen[str]

    @property
    def address(self) -> str:
        """Where its page is."""
        return f"http://127.0.0.1:{self.port}/"

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, dict[str, str], bytes]:
        """Send one request; return status, headers and body."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
            kind = {"Content-Type": "application/json"} if body is not None else {}
            line.request(method, path, data, {**kind, **(headers or {})})
            answer = line.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, told, answer.read()
        finally:
            line.close()

    def post(self, path: str, question: object, **headers: str) -> Any:
        """Ask a question that has to be answered; return what comes."""
        status, _, body = self.ask("POST", path, question, headers)
        assert status == 200, body[:500]
        return json.loads(body)

    def workers(self) -> list[int]:
        """Return the process ids of its workers."""
        return [
            pid
            for pid in children(self.process.pid)
            if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
        ]

    def memory_mb(self) -> float:
        """Return the memory of server and workers, as far as it is theirs alone."""
        pids = [self.process.pid, *self.workers()]
        return sum(resident_mb(pid) for pid in pids)


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(word) for word in text.split()]


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    return int(found[1]) / 1024.0 if found else 0.0


@contextmanager
def running(*words: str, folder: Path | None = None) -> Iterator[TripServer]:
    """Run `tripplan serve` on a free port while the block runs."""
    command = [sys.executable, "-m", "tripplan", "serve", "--port", "0", *words]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, cwd=folder, env=environment
    )
    try:
        yield TripServer(_port(process), process)
    finally:
        process.terminate()
        process.wait(20)
        if process.stderr is not None:
            process.stderr.close()


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stderr is not None
    said = []
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        line = process.stderr.readline()
        if not line:
            break
        said.append(line)
        found = re.search(r"serving on http://127\.0\.0\.1:(\d+)/", line)
        if found:
            return int(found[1])
    raise AssertionError(f"the server does not begin: {''.join(said)}")
