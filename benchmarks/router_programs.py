"""Valhalla and OSRM as programs: where they are, what their graphs cost, and what a query.

Both come in wheels whose Python part wants Python 3.12; the programs in them want none.  So where
the wheels are not installed, they are fetched from the package index by name and version, and
unpacked into the cache folder.
"""

import http.client
import importlib.util
import json
import os
import socket
import stat
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measure import CACHE, KB_PER_GB, AbsentError

WHEELS = {"valhalla": ("pyvalhalla", "3.9.1"), "osrm": ("osrm-bindings", "26.10.0")}
"""Name and version on the package index of what holds the programs of a module."""
_NS_PER_S = 1e9
_KM_PER_M = 1e-3
_START_S = 60.0
_LOOK_S = 0.05
_NO_LIMIT_M = 1e8


def programs(module: str) -> Path:
    """Return the folder of a module with its programs in `bin`.

    Raises
    ------
    AbsentError
        The wheel is neither installed nor can it be fetched.
    """
    found = importlib.util.find_spec(module)
    if found is not None and found.origin is not None:
        there = Path(found.origin).parent
        if (there / "bin").is_dir():  # older wheels hold none
            return there
    name, version = WHEELS[module]
    folder = CACHE / "programs" / f"{name}-{version}"
    if not folder.exists():
        _fetch(name, version, folder)
    return folder / module


def _fetch(name: str, version: str, folder: Path) -> None:
    command = (
        sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:",
        "--python-version", "3.12", "--implementation", "cp", "--abi", "abi3",
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as place:
        done = subprocess.run(  # noqa: S603
            [*command, "-d", place, f"{name}=={version}"], check=False, capture_output=True
        )
        wheels = list(Path(place).glob("*.whl"))
        if done.returncode or not wheels:
            raise AbsentError(f"{name} {version} is not installed and cannot be fetched")
        with zipfile.ZipFile(wheels[0]) as wheel:
            wheel.extractall(folder)
    for program in folder.glob("*/bin/*"):  # a zip file forgets what may be run
        program.chmod(program.stat().st_mode | stat.S_IXUSR)


@dataclass(frozen=True)
class Cost:
    """What processes took that ran one after the other."""

    cpu_s: float
    peak_gb: float

    def __add__(self, other: "Cost") -> "Cost":
        """Return the cost of both, one after the other."""
        return Cost(self.cpu_s + other.cpu_s, max(self.peak_gb, other.peak_gb))


def cost_of(command: Sequence[str], env: dict[str, str] | None = None) -> Cost:
    """Run a process to its end, and return what it took.

    Raises
    ------
    AbsentError
        It failed; the message has the last line that it wrote.
    """
    peak_kb = 0.0
    with tempfile.TemporaryFile("w+") as said:
        child = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, env=env)  # noqa: S603
        ended = 0
        while not ended:
            peak_kb = max(peak_kb, _peak_kb(child.pid))
            time.sleep(_LOOK_S)
            ended, status, used = os.wait4(child.pid, os.WNOHANG)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            said.seek(0)
            last = said.read().strip().splitlines()[-1:]
            raise AbsentError(f"{Path(command[0]).name}: {' '.join(last) or 'failed'}")
    return Cost(used.ru_utime + used.ru_stime, peak_kb / KB_PER_GB)


def _peak_kb(pid: int) -> float:
    """Return the most memory that a process has held since its program began; 0: it is gone.

    What `wait4` tells counts the memory of this process too, of which the child was a copy.
    """
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next((float(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0.0)


def cpu_of(pid: int) -> float:
    """CPU time that all threads of a process have taken so far, by the scheduler's clock [s]."""
    spent = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        spent += int((thread / "schedstat").read_text("ascii").split()[0])
    return spent / _NS_PER_S


def memory_of(pid: int) -> float:
    """Memory that a process holds now [GB]."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return float(next(x for x in lines if x.startswith("VmRSS")).split()[1]) / KB_PER_GB


@dataclass(frozen=True)
class Answer:
    """One route."""

    cpu_s: float
    travel_s: float
    km: float


@dataclass(frozen=True)
class Server:
    """A program that serves routes on this machine."""

    pid: int
    port: int

    def fetched(self, method: str, path: str, body: str | None = None) -> tuple[float, Any]:
        """Ask once: the CPU time that the server took for it [s], and its answer."""
        begin_s = cpu_of(self.pid)
        with _connected(self.port) as line:
            line.request(method, path, body)
            text = line.getresponse().read()
        return cpu_of(self.pid) - begin_s, json.loads(text)


@contextmanager
def _connected(port: int) -> Iterator[http.client.HTTPConnection]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=_START_S)
    try:
        yield line
    finally:
        line.close()


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@contextmanager
def served(command: Sequence[str], port: int) -> Iterator[Server]:
    """Run a server until the end of the block.

    Raises
    ------
    AbsentError
        It ended, or did not answer in time.
    """
    child = subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(child, port)
        yield Server(child.pid, port)
    finally:
        child.kill()
        child.wait()


def _wait_for(child: "subprocess.Popen[bytes]", port: int) -> None:
    end_s = time.monotonic() + _START_S
    while time.monotonic() < end_s and child.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AbsentError(f"{child.args!r} does not answer")


def valhalla_config(tiles: Path, port: int) -> Path:
    """Write a configuration beside the tiles: one thread, trips of any length; return its path."""
    maker = programs("valhalla") / "valhalla_build_config.py"
    listen = ("--httpd-service-listen", f"tcp://127.0.0.1:{port}")
    done = subprocess.run(  # noqa: S603
        [sys.executable, str(maker), "--mjolnir-tile-dir", str(tiles), *listen],
        check=True,
        capture_output=True,
        text=True,
    )
    config = json.loads(done.stdout)
    config["mjolnir"]["concurrency"] = 1
    config["mjolnir"].pop("tile_extract", None)
    config["service_limits"]["auto"]["max_distance"] = _NO_LIMIT_M
    tiles.mkdir(parents=True, exist_ok=True)
    path = tiles / "config.json"
    path.write_text(json.dumps(config), "utf-8")
    return path


def valhalla_answer(server: Server, ends: Sequence[tuple[float, float]]) -> Answer | None:
    """Ask Valhalla for the fastest route by car, without words or shape; None: there is none."""
    body = {
        "locations": [{"lat": lat, "lon": lon} for lat, lon in ends],
        "costing": "auto",
        "directions_type": "none",
        "shape_format": "no_shape",
    }
    cpu_s, told = server.fetched("POST", "/route", json.dumps(body))
    return read_valhalla(cpu_s, told)


def read_valhalla(cpu_s: float, told: dict[str, Any]) -> Answer | None:
    """Read Valhalla's answer."""
    if "trip" not in told:
        return None
    whole = told["trip"]["summary"]
    return Answer(cpu_s, float(whole["time"]), float(whole["length"]))


def osrm_answer(server: Server, ends: Sequence[tuple[float, float]]) -> Answer | None:
    """Ask OSRM for the fastest route, without steps or shape; None: there is none."""
    places = ";".join(f"{lon:.6f},{lat:.6f}" for lat, lon in ends)
    cpu_s, told = server.fetched("GET", f"/route/v1/driving/{places}?overview=false&steps=false")
    return read_osrm(cpu_s, told)


def read_osrm(cpu_s: float, told: dict[str, Any]) -> Answer | None:
    """Read OSRM's answer."""
    if told.get("code") != "Ok":
        return None
    best = told["routes"][0]
    return Answer(cpu_s, float(best["duration"]), float(best["distance"]) * _KM_PER_M)
