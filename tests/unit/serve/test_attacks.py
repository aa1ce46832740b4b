"""Attacks on the server, on the loopback alone: each is refused or survived, and it goes on."""

import json
import os
import re
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.samples.hostile_names import corpus
from tests.servers.trip_server import TripServer
from tripplan.serve.guard import BODY_S, HEADERS, LARGEST_HEAD
from tripplan.serve.questions import MOST_BYTES
from tripplan.serve.server import HEAD_S, MOST_CONNECTIONS

ROOT = Path(__file__).resolve().parents[3]
TRIP = {"origin": "Seattle, WA", "destination": "Portland, OR", "vehicle": "nissan-sakura"}


@pytest.fixture(autouse=True)
def it_goes_on(server: TripServer) -> Any:
    """After each attack the server plans as before."""
    yield
    assert server.post("/api/plan", TRIP)["total_s"] > 3600


def raw(server: TripServer, data: bytes, wait_s: float = 20.0) -> bytes:
    """Send bytes; return all that comes until the server ends the connection."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=wait_s) as line:
        with suppress(ConnectionError):
            line.sendall(data)
        return drained(line)


def drained(line: socket.socket) -> bytes:
    found = b""
    with suppress(ConnectionError):
        while part := line.recv(65536):
            found += part
    return found


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "127.0.0.1:1", "127.0.0.1.evil.example:{port}", "",
     "localhost:{port}.evil.example", "localhost:{port}@evil.example", "127.0.0.2:{port}",
     "0x7f000001:{port}", "[::2]:{port}", "a b", "127.0.0.1:{port}:80"],
)  # fmt: skip
def test_a_foreign_host_is_refused(server: TripServer, host: str) -> None:
    name = host.format(port=server.port)
    for path in ("/", "/api/region", "/page.js"):
        status, _, body = server.ask("GET", path, headers={"Host": name})
        assert status in {400, 421}, (path, body)
        assert b"bounds" not in body


def test_two_hosts_and_none_are_refused(server: TripServer) -> None:
    ours = f"Host: 127.0.0.1:{server.port}\r\n"
    for hosts in ("", f"{ours}Host: evil.example\r\n", f"Host: evil.example\r\n{ours}"):
        answer = raw(
            server, f"GET /api/region HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n".encode()
        )
        assert answer.split(b" ")[1] in {b"400", b"421"}


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST"])
def test_its_own_names_are_let_in(server: TripServer, name: str) -> None:
    host = f"{name}:{server.port}"
    headers = {"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}
    assert server.ask("POST", "/api/plan", TRIP, headers)[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Origin": "http://127.0.0.1:{port}.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    ],
)
def test_a_page_of_another_site_is_refused(server: TripServer, headers: dict[str, str]) -> None:
    sent = {name: value.format(port=server.port) for name, value in headers.items()}
    for method, path, body in (("POST", "/api/plan", TRIP), ("GET", "/api/places?q=a", None)):
        status, told, _ = server.ask(method, path, body, sent)
        assert status == 403
        assert not [name for name in told if name.startswith("access-control")]


def test_a_link_from_elsewhere_opens_the_page_alone(server: TripServer) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert server.ask("GET", "/", headers=headers)[0] == 200


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "DELETE", "TRACE", "PATCH", "FOO"])
def test_other_methods_are_refused(server: TripServer, method: str) -> None:
    status, told, _ = server.ask(method, "/api/plan")
    assert status in {400, 405}
    assert "access-control-allow-origin" not in told


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_forms_of_other_pages_are_refused(server: TripServer, kind: str) -> None:
    body = json.dumps(TRIP).encode()
    assert server.ask("POST", "/api/plan", body, {"Content-Type": kind})[0] == 415


def test_every_answer_has_its_headers(server: TripServer) -> None:
    for method, path in (("GET", "/"), ("GET", "/page.js"), ("GET", "/api/region"), ("GET", "/no"),
                         ("POST", "/api/plan"), ("PUT", "/")):  # fmt: skip
        _, told, _ = server.ask(method, path, TRIP if method == "POST" else None)
        assert {name: told.get(name) for name in HEADERS} == HEADERS
        assert "server" not in told
    assert "unsafe-inline" not in HEADERS["content-security-policy"].split("style-src-attr")[0]


@pytest.mark.parametrize("size", [MOST_BYTES + 1, 10**9, 10**30])
def test_a_huge_body_is_refused_before_it_comes(server: TripServer, size: int) -> None:
    head = (
        f"POST /api/plan HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {size}\r\n\r\n"
    )
    answer = raw(server, head.encode())
    assert answer.split(b" ")[1] in {b"413", b"400"}


def test_an_endless_body_is_refused(server: TripServer) -> None:
    head = (
        f"POST /api/plan HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    sent = 0
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
        line.sendall(head.encode())
        with suppress(ConnectionError, TimeoutError):
            while sent < 1 << 30:
                line.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
                sent += 0x10000
        answer = drained(line)
    assert sent < 64 << 20
    assert answer == b"" or b" 413 " in answer


def test_a_huge_head_is_refused(server: TripServer) -> None:
    head = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nX: {'x' * 4 * LARGEST_HEAD}\r\n\r\n"
    answer = raw(server, head.encode())
    assert answer == b"" or answer.split(b" ")[1] in {b"400", b"431"}


@pytest.mark.parametrize(
    "junk",
    [b"\x00" * 1000, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET\r\n\r\n",
     b"GET / HTTP/9.9\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
)  # fmt: skip
def test_what_is_no_request_ends_the_connection(server: TripServer, junk: bytes) -> None:
    answer = raw(server, junk, 2 * HEAD_S)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")


def test_slow_clients_are_cut_off_and_hold_up_nobody(server: TripServer) -> None:
    host = f"Host: 127.0.0.1:{server.port}\r\n"
    slow = [
        b"",
        b"GET / HTTP/1.1\r\n",
        f"POST /api/plan HTTP/1.1\r\n{host}Content-Type: application/json\r\n"
        "Content-Length: 100\r\n\r\n{".encode(),
    ]
    lines = []
    begun = time.monotonic()
    for data in slow * 10:
        line = socket.create_connection(("127.0.0.1", server.port), timeout=30)
        line.sendall(data)
        lines.append(line)
    answered = time.monotonic()
    assert server.post("/api/plan", TRIP)["total_s"] > 3600
    assert time.monotonic() - answered < 5.0
    for line in lines:
        answer = drained(line)
        assert answer == b"" or b" 408 " in answer
        line.close()
    assert time.monotonic() - begun < max(HEAD_S, BODY_S) + 3.0


def test_more_connections_than_it_takes_do_not_end_it(server: TripServer) -> None:
    lines = []
    with suppress(OSError):
        for _ in range(MOST_CONNECTIONS + 50):
            line = socket.create_connection(("127.0.0.1", server.port), timeout=5)
            lines.append(line)
    status = server.ask("GET", "/api/region")[0]
    for line in lines:
        line.close()
    assert status in {200, 503}
    time.sleep(0.3)
    assert server.ask("GET", "/api/region")[0] == 200


@pytest.mark.parametrize(
    "question",
    [
        {**TRIP, "via": "|".join(["47.6,-122.3"] * 10_000)},
        {**TRIP, "via": ["47.6,-122.3"] * 5_000},
        {**TRIP, "closed": "|".join(["47.6,-122.3"] * 5_000)},
        {**TRIP, "require": ["x"] * 5_000},
    ],
)
def test_ten_thousand_waypoints_are_refused_at_once(
    server: TripServer, question: dict[str, Any]
) -> None:
    begun = time.monotonic()
    assert server.ask("POST", "/api/plan", question)[0] in {413, 422}
    assert time.monotonic() - begun < 2.0


def test_hostile_names_come_back_inert(server: TripServer) -> None:
    for name in corpus()[:60]:
        for question in ({**TRIP, "origin": name}, {**TRIP, "vehicle": name}, {**TRIP, name: 1}):
            status, told, body = server.ask("POST", "/api/drawing", question)
            assert status == 422
            assert told["content-type"] == "application/json"
            assert told["x-content-type-options"] == "nosniff"
            assert b"Traceback" not in body


@pytest.mark.parametrize(
    "path",
    ["/../../etc/passwd", "/page.js/../../app.py", "/%2e%2e/%2e%2e/etc/passwd", "/api/export/py",
     "/api/export/..%2f..%2fetc", "/web/page.html", "//etc/passwd", "/\x00",
     "/api/plan?x=" + "y" * 9000],
)  # fmt: skip
def test_no_file_but_its_own_is_served(server: TripServer, path: str) -> None:
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nConnection: close\r\n\r\n"
    answer = raw(server, head.encode())
    assert answer.split(b" ")[1] in {b"400", b"404", b"405"}
    assert b"root:" not in answer


def test_no_path_of_the_machine_is_in_an_answer(server: TripServer) -> None:
    # Whole paths, not their first parts: "/check" and the like may begin an address of the page.
    paths = {str(ROOT), str(Path.home()), sys.prefix} - {"/"}
    secrets = [re.compile(rf"{re.escape(path)}(?![\w-])".encode()) for path in paths]
    answers = [server.ask("POST", "/api/plan", TRIP)[2], server.ask("GET", "/api/openapi.json")[2]]
    answers += [server.ask("GET", path)[2] for path in ("/", "/page.js", "/page.css", "/api/no")]
    answers += [
        server.ask("POST", f"/api/{task}", {**TRIP, **wrong})[2]
        for task in ("drawing", "ways", "ground", "export/html", "export/png")
        for wrong in ({}, {"vehicle": "/x/y.toml"}, {"vehicle_toml": "x"}, {"box": "x"})
    ]
    for answer in answers:
        assert not [secret for secret in secrets if secret.search(answer)]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="finds workers in /proc (Linux)")
def test_a_worker_killed_in_the_middle_is_replaced(server: TripServer) -> None:
    for _ in range(100):
        if len(server.workers()) == 2:
            break
        time.sleep(0.2)
    before = set(server.workers())
    statuses: list[int] = []

    def ask() -> None:
        # Each at another temperature: nothing is at hand, so it takes a while.
        for k in range(12):
            question = {**TRIP, "destination": "Medford, OR", "ambient_c": 18.5 + 0.1 * k}
            statuses.append(server.ask("POST", "/api/drawing", question)[0])

    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(0.4)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    asking.join(60)
    assert len(statuses) == 12
    assert statuses.count(500) in {0, 1, 2}
    assert statuses[-1] == 200
    for _ in range(100):
        if len(server.workers()) == 2 and not before & set(server.workers()):
            break
        time.sleep(0.2)
    assert len(set(server.workers()) - before) == 2
