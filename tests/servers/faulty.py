"""A server on 127.0.0.1 with faults: it speaks Overpass, Nominatim, AFDC v1, Open Charge Map v3.

Overpass queries are run on an .osm file by `tests.servers.overpass`.
"""

import json
import math
import re
import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.servers.overpass import BBOX, Element, Overpass, apart_m, read_world
from tripplan.sources.fetch.http import Fetcher
from tripplan.sources.fetch.settings import FetchSettings


@dataclass(frozen=True)
class Fault:
    """What happens to the next question instead of a plain answer."""

    kind: str
    """status, cut, chunked, half, page, drop, silence, flood, remark, body, drip, slow_head"""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""


@dataclass(frozen=True)
class Asked:
    """A question that arrived."""

    service: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]


class FakeTime:
    """A clock that goes on only when somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.slept: list[float] = []

    def clock(self) -> float:
        """Return the time."""
        return self.now_s

    def sleep(self, seconds: float) -> None:
        """Let time pass, at once."""
        self.slept.append(seconds)
        self.now_s += seconds


def settings_for(servers: "FakeServers", cache: Path, **changes: Any) -> FetchSettings:
    """Return settings that ask the server, with a key for each service."""
    return FetchSettings.model_validate(
        {
            "cache": cache,
            "overpass_url": f"{servers.url}/overpass",
            "nominatim_url": f"{servers.url}/nominatim",
            "afdc_url": f"{servers.url}/afdc",
            "openchargemap_url": f"{servers.url}/ocm",
            "afdc_key": "afdc-made-up",
            "openchargemap_key": "ocm-made-up",
        }
        | changes
    )


def asker(settings: FetchSettings, time: FakeTime | None = None, **more: Any) -> Fetcher:
    """Return a fetcher that never waits in earnest."""
    time = time or FakeTime()
    return Fetcher(settings, clock=time.clock, sleep=time.sleep, **more)


class FakeServers:
    """What the server knows, what goes wrong with it, and what it was asked."""

    def __init__(self) -> None:
        self.world = read_world()
        self.places: dict[str, list[Element]] = {}
        self.stations: list[Element] = []
        self.sites: list[Element] = []
        self.page_limit: dict[str, int] = {}
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.remark_above_deg2 = math.inf
        self.asked: list[Asked] = []
        self.over = threading.Event()
        self.url = ""

    def count(self, service: str) -> int:
        """Return how often a service was asked."""
        return sum(asked.service == service for asked in self.asked)

    def answer(self, service: str, asked: Asked) -> object:
        """Return the JSON of a plain answer."""
        return {
            "overpass": self._overpass,
            "nominatim": lambda a: self.places.get(a.query["q"], []),
            "afdc": self._afdc,
            "ocm": self._ocm,
        }[service](asked)

    def _overpass(self, asked: Asked) -> Element:
        query = asked.query["data"]
        box = re.search(BBOX, query)
        assert box
        south, west, north, east = map(float, box.groups())
        answer = Overpass(self.world).answer(query)
        if (north - south) * (east - west) > self.remark_above_deg2:
            answer["elements"] = answer["elements"][:3]
            answer["remark"] = (
                'runtime error: Query timed out in "query" at line 2 after 181 seconds.'
            )
        return answer

    def _afdc(self, asked: Asked) -> Element:
        query = asked.query
        assert (query["fuel_type"], query["status"]) == ("ELEC", "E")
        found = self.stations
        if asked.path.endswith("/v1/nearest.json"):
            middle = float(query["latitude"]), float(query["longitude"])
            reach = float(query["radius"]) * 1609.344
            found = [
                row
                for row in found
                if apart_m(middle, (float(row["latitude"]), float(row["longitude"]))) <= reach
            ]
        else:
            found = [row for row in found if row.get("state") == query["state"]]
        limit = min(
            len(found) if query["limit"] == "all" else int(query["limit"]),
            self.page_limit.get("afdc", 200),
        )
        return {"total_results": len(found), "fuel_stations": found[:limit]}

    def _ocm(self, asked: Asked) -> list[Element]:
        assert asked.query["distanceunit"] == "KM"
        corners = re.fullmatch(
            r"\((-?[\d.]+),(-?[\d.]+)\),\((-?[\d.]+),(-?[\d.]+)\)", asked.query["boundingbox"]
        )
        assert corners
        north, west, south, east = map(float, corners.groups())
        found = [
            row
            for row in self.sites
            if south <= row["AddressInfo"]["Latitude"] <= north
            and west <= row["AddressInfo"]["Longitude"] <= east
        ]
        return found[: min(int(asked.query["maxresults"]), self.page_limit.get("ocm", 10**6))]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    servers: FakeServers

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in Python
        """Say nothing."""

    def do_GET(self) -> None:
        self._respond(urlsplit(self.path).query)

    def do_POST(self) -> None:
        self._respond(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _respond(self, words: str) -> None:
        path = urlsplit(self.path).path
        service = path.split("/")[1]
        query = {key: values[0] for key, values in parse_qs(words).items()}
        headers = {key.casefold(): value for key, value in self.headers.items()}
        asked = Asked(service, str(self.command), path, query, headers)
        self.servers.asked.append(asked)
        faults = self.servers.faults[service]
        fault = faults.popleft() if faults else Fault("plain")
        plain = json.dumps(self.servers.answer(service, asked)).encode()
        getattr(self, f"_{fault.kind}")(plain, fault)

    def _send(
        self, status: int, body: bytes, headers: dict[str, str], length: int | None = None
    ) -> None:
        self.send_response(status)
        for key, value in ({"Content-Type": "application/json"} | headers).items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def _plain(self, body: bytes, _fault: Fault) -> None:
        self._send(200, body, {})

    def _status(self, _body: bytes, fault: Fault) -> None:
        self._send(fault.status, fault.body.encode(), {"Content-Type": "text/html"} | fault.headers)

    def _body(self, _body: bytes, fault: Fault) -> None:
        self._send(200, fault.body.encode(), fault.headers)

    def _page(self, _body: bytes, _fault: Fault) -> None:
        self._send(200, b"<html><body>Error: too busy</body></html>", {"Content-Type": "text/html"})

    def _half(self, body: bytes, _fault: Fault) -> None:
        """Cut the body and say that this is all."""
        self._send(200, body[: len(body) // 2], {})

    def _cut(self, body: bytes, _fault: Fault) -> None:
        """Say the whole length, and hang up half-way."""
        self._send(200, body[: len(body) // 2], {}, length=len(body))
        self.close_connection = True

    def _chunked(self, body: bytes, _fault: Fault) -> None:
        """Hang up in the middle of a chunk."""
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(f"{len(body):x}\r\n".encode() + body[: len(body) // 2])
        self.close_connection = True

    def _drop(self, _body: bytes, _fault: Fault) -> None:
        self.close_connection = True

    def _silence(self, _body: bytes, _fault: Fault) -> None:
        self.servers.over.wait(10.0)
        self.close_connection = True

    def _flood(self, _body: bytes, _fault: Fault) -> None:
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        for _ in range(200):
            self.wfile.write(b" " * 65_536)

    def _drip(self, body: bytes, _fault: Fault) -> None:
        """Send a byte now and then, more often than any time-out of a socket."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self._drop_by_drop(body)

    def _slow_head(self, body: bytes, _fault: Fault) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        self._drop_by_drop(b"." * len(body))

    def _drop_by_drop(self, body: bytes) -> None:
        self.close_connection = True
        for byte in body:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            if self.servers.over.wait(0.1):
                return

    def _remark(self, body: bytes, fault: Fault) -> None:
        answer = json.loads(body)
        answer["remark"] = fault.body
        self._send(200, json.dumps(answer).encode(), {})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up."""


@contextmanager
def fake_servers() -> Iterator[FakeServers]:
    """Serve on a free port of 127.0.0.1 for as long as the block runs."""
    servers = FakeServers()
    handler = type("Handler", (_Handler,), {"servers": servers})
    with _Server(("127.0.0.1", 0), handler) as server:
        servers.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield servers
        finally:
            servers.over.set()
            server.shutdown()
            thread.join()
