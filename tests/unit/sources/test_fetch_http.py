"""Asking politely: pauses, faults and refusals against a local server that misbehaves on order."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from pydantic import SecretStr

from tests.servers.faulty import FakeServers, FakeTime, Fault, asker, fake_servers, settings_for
from tripplan.errors import InvalidInputError, OfflineError, SourceError
from tripplan.sources.fetch.http import (
    Fetched,
    Question,
    UnusableAnswerError,
    read_json,
    retry_after_s,
)
from tripplan.sources.fetch.settings import VARIABLES, FetchSettings
from tripplan.sources.fetch.turns import take_turn

NOW = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)


@pytest.fixture(name="servers")
def fixture_servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServers]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with fake_servers() as servers:
        servers.places["Westend"] = [{"lat": "39.0", "lon": "-105.0"}]
        yield servers


@pytest.fixture(name="time")
def fixture_time() -> FakeTime:
    return FakeTime()


def question(servers: FakeServers, name: str = "Westend") -> Question:
    return Question(
        service="Nominatim",
        about=f'place "{name}"',
        url=f"{servers.url}/nominatim/search",
        query={"q": name},
        licence="ODbL 1.0",
    )


def ask(servers: FakeServers, cache: Path, time: FakeTime, **changes: Any) -> Fetched[Any]:
    with asker(settings_for(servers, cache, **changes), time, now=lambda: NOW) as fetcher:
        return fetcher.fetch(question(servers), read_json)


def test_a_plain_answer_is_asked_for_once_and_kept(
    servers: FakeServers, time: FakeTime, tmp_path: Path
) -> None:
    first = ask(servers, tmp_path, time)
    again = ask(servers, tmp_path, time)
    assert first.value == again.value == servers.places["Westend"]
    assert (first.from_cache, again.from_cache) == (False, True)
    assert servers.count("nominatim") == 1
    assert time.slept == []


def test_the_user_agent_names_tripplan_its_version_and_the_contact(
    servers: FakeServers, time: FakeTime, tmp_path: Path
) -> None:
    ask(servers, tmp_path, time, contact="me@example.org")
    sent = servers.asked[0].headers["user-agent"]
    assert sent.startswith(f"tripplan/{version('tripplan')} (")
    assert "me@example.org" in sent
    assert "python-requests" not in sent


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("status", 429, body="<p>Too many</p>"), r"HTTP 429 Too Many Requests \(Too many\)"),
        (Fault("status", 500), "HTTP 500"),
        (Fault("status", 502), "HTTP 502"),
        (Fault("status", 503), "HTTP 503"),
        (Fault("status", 504), "HTTP 504 Gateway Timeout"),
        (Fault("cut"), "cut off"),
        (Fault("chunked"), "cut off"),
        (Fault("half"), "not JSON"),
        (Fault("page"), "not JSON .*<html>"),
        (Fault("body"), r"not JSON \(0 bytes"),
        (Fault("body", body="[NaN]"), "not JSON"),
        (Fault("body", body="[" * 100_000), "not JSON"),
        (Fault("drop"), "the connection broke"),
    ],
    ids=lambda value: f"{value.kind} {value.status}" if isinstance(value, Fault) else "",
)
def test_a_passing_fault_is_asked_again_and_a_lasting_one_given_up(
    servers: FakeServers, time: FakeTime, tmp_path: Path, fault: Fault, words: str
) -> None:
    servers.faults["nominatim"].extend([fault] * 2)
    assert ask(servers, tmp_path / "a", time).value == servers.places["Westend"]
    assert servers.count("nominatim") == 3
    servers.faults["nominatim"].extend([fault] * 3)
    with pytest.raises(SourceError, match=words) as error:
        ask(servers, tmp_path / "b", time, tries=3)
    assert servers.count("nominatim") == 6
    assert error.value.exit_code == 4
    assert 'place "Westend" in 3 tries' in str(error.value)
    assert not list(tmp_path.glob("b/**/*.body"))


def test_pauses_double_and_none_follows_the_last_try(
    servers: FakeServers, time: FakeTime, tmp_path: Path
) -> None:
    servers.faults["nominatim"].extend([Fault("status", 504)] * 5)
    with pytest.raises(SourceError):
        ask(servers, tmp_path, time, tries=5, backoff_s=4.0, patience_s=20.0)
    assert time.slept == [4.0, 8.0, 16.0, 20.0]


@pytest.mark.parametrize("status", [429, 503, 504])
@pytest.mark.parametrize(
    "value", ["42", format_datetime(NOW + timedelta(seconds=42), usegmt=True)], ids=["s", "date"]
)
def test_the_service_says_how_long_to_wait(
    servers: FakeServers, time: FakeTime, tmp_path: Path, status: int, value: str
) -> None:
    servers.faults["nominatim"].append(Fault("status", status, {"Retry-After": value}))
    ask(servers, tmp_path, time, backoff_s=1.0)
    assert time.slept == [42.0]


def test_a_wait_beyond_patience_is_told_not_waited_for(
    servers: FakeServers, time: FakeTime, tmp_path: Path
) -> None:
    servers.faults["nominatim"].append(Fault("status", 429, {"Retry-After": "86400"}))
    with pytest.raises(SourceError, match="asks to wait 86400 s"):
        ask(servers, tmp_path, time)
    assert time.slept == []
    assert servers.count("nominatim") == 1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, 0.0),
        ("", 0.0),
        ("soon", 0.0),
        ("-5", 0.0),
        ("7", 7.0),
        ("Wed, 06 May 2026 07:08:19 GMT", 10.0),
        ("Wed, 06 May 2026 07:00:00 GMT", 0.0),
    ],
)
def test_retry_after_is_read_as_the_standard_has_it(value: str | None, seconds: float) -> None:
    assert retry_after_s(value, NOW) == seconds


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418, 422, 204, 999])
def test_other_refusals_come_at_once_with_the_reason(
    servers: FakeServers, time: FakeTime, tmp_path: Path, status: int
) -> None:
    body = "<html><style>p {}</style><p>line 1: \x1b[31mparse error</p>" + "x" * 10_000
    servers.faults["nominatim"].append(Fault("status", status, body="" if status == 204 else body))
    with pytest.raises(SourceError, match=f"refuses place .*HTTP {status}") as error:
        ask(servers, tmp_path, time)
    assert servers.count("nominatim") == 1
    message = str(error.value)
    assert status == 204 or "parse error" in message
    assert "\x1b" not in message
    assert "<p>" not in message
    assert len(message) < 600


def test_a_redirect_is_not_followed_so_that_no_key_goes_astray(
    servers: FakeServers, time: FakeTime, tmp_path: Path
) -> None:
    place = {"Location": f"{servers.url}/elsewhere"}
    servers.faults["nominatim"].append(Fault("status", 302, place))
    with pytest.raises(SourceError, match="elsewhere: set this address"):
        ask(servers, tmp_path, time)
    assert [asked.service for asked in servers.asked] == ["nominatim"]


def test_a_silent_service_times_out(servers: FakeServers, time: FakeTime, tmp_path: Path) -> None:
    servers.faults["nominatim"].extend([Fault("silence")] * 2)
    with pytest.raises(SourceError, match=r"no answer within 0\.1 s"):
        ask(servers, tmp_path, time, read_timeout_s=0.1, tries=2)
    assert ask(servers, tmp_path, time).from_cache is False


def test_a_refused_connection_is_told_in_plain_words(
    servers: FakeServers, time: FakeTime, tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    servers.url = f"http://127.0.0.1:{port}"
    with pytest.raises(SourceError, match="the last time: Connection refused") as error:
        ask(servers, tmp_path, time, tries=3)
    assert len(time.slept) == 2
    assert "object at 0x" not in str(error.value)


def test_a_flood_is_stopped(servers: FakeServers, time: FakeTime, tmp_path: Path) -> None:
    servers.faults["nominatim"].append(Fault("flood"))
    with pytest.raises(SourceError, match="larger than 1 MB"):
        ask(servers, tmp_path, time, answer_limit_mb=1.0)


def test_an_answer_that_never_ends_is_given_up(servers: FakeServers, tmp_path: Path) -> None:
    ticks = iter(range(0, 10**6, 100))
    servers.faults["nominatim"].extend([Fault("flood")] * 2)
    settings = settings_for(servers, tmp_path, tries=2)
    time = FakeTime()
    with asker(settings, time) as fetcher:
        fetcher._clock = lambda: float(next(ticks))  # noqa: SLF001 - a clock that runs by itself
        with pytest.raises(SourceError, match="not whole after 900 s"):
            fetcher.fetch(question(servers), read_json)


def test_questions_to_one_host_keep_their_distance(
    servers: FakeServers, time: FakeTime, tmp_path: Path
) -> None:
    with asker(settings_for(servers, tmp_path, interval_s=1.5), time) as fetcher:
        for name in ("a", "b", "b", "c"):
            fetcher.fetch(question(servers, name), read_json)
        time.now_s += 1.0
        fetcher.fetch(question(servers, "d"), read_json)
    assert servers.count("nominatim") == 4
    assert time.slept == [1.5, 1.5, 0.5]


def test_waits_are_announced(servers: FakeServers, tmp_path: Path) -> None:
    said: list[str] = []
    servers.faults["nominatim"].append(Fault("status", 504))
    with asker(settings_for(servers, tmp_path), say=said.append) as fetcher:
        fetcher.fetch(question(servers), read_json)
    asked = question(servers)
    host = asked.url.split("/")[2]
    assert said == [
        f"Nominatim: {asked.about}; waiting for {host}, try 1 of 6",
        f"Nominatim: HTTP 504 Gateway Timeout; asking {host} again, try 2 of 6, in 5 s",
        f"Nominatim: {asked.about}; waiting for {host}, try 2 of 6",
    ]


def test_a_key_is_sent_and_never_told(servers: FakeServers, time: FakeTime, tmp_path: Path) -> None:
    key = settings_for(servers, tmp_path).afdc_key
    assert key is not None
    asked = question(servers)
    asked.secrets["X-Api-Key"] = key
    servers.faults["nominatim"].extend(
        [Fault("status", 403, body=f"bad key {key.get_secret_value()}")]
    )
    settings = settings_for(servers, tmp_path)
    with asker(settings, time) as fetcher:
        with pytest.raises(SourceError, match=r"bad key \*\*\*") as error:
            fetcher.fetch(asked, read_json)
        fetcher.fetch(asked, read_json)
    assert servers.asked[-1].headers["x-api-key"] == key.get_secret_value()
    told = repr(settings) + repr(asked) + str(error.value)
    told += "".join(p.read_text("utf-8") for p in tmp_path.rglob("*") if p.is_file())
    assert key.get_secret_value() not in told


class SocketOpenedError(Exception):
    """A socket was made."""


def no_socket(*_args: object, **_more: object) -> None:
    raise SocketOpenedError


def test_the_guard_against_sockets_works(
    servers: FakeServers, time: FakeTime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "socket", no_socket)
    with pytest.raises(SocketOpenedError):
        ask(servers, tmp_path, time)


def test_offline_answers_from_the_cache_and_opens_no_socket(
    servers: FakeServers, time: FakeTime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(servers, tmp_path, time)
    monkeypatch.setattr(socket, "socket", no_socket)
    old = ask(servers, tmp_path, time, offline=True, max_age_days=0.0)
    assert old.value == servers.places["Westend"]
    with pytest.raises(OfflineError, match='place "Westend" is not in the cache') as error:
        ask(servers, tmp_path / "empty", time, offline=True)
    assert error.value.exit_code == 4
    assert time.slept == []


def test_offline_makes_no_socket_even_while_importing(tmp_path: Path) -> None:
    """A fresh interpreter, watched by an audit hook, from the import to the refusal."""
    code = f"""
import sys
def watch(event, args):
    if event.startswith("socket."):
        print("opened", event)
sys.addaudithook(watch)
from typer.testing import CliRunner
from tripplan.cli.main import app
words = ["region", "fetch", "--offline", "--bbox", "1,2,3,4", "-o", {str(tmp_path / "r")!r}]
words += ["--cache", {str(tmp_path / "c")!r}, "--chargers", "afdc", "--chargers", "ocm"]
result = CliRunner().invoke(app, words)
print("exit", result.exit_code)
if {{"requests", "urllib3"}} & set(sys.modules):
    print("requests is loaded")
import socket
socket.socket().close()
"""
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=os.environ
    )
    assert done.stdout.splitlines() == ["exit 4", "opened socket.__new__"]


@pytest.mark.parametrize(
    "address",
    ["ftp://example.org", "example.org", "https://me@example.org", "https://", "http://a b"],
)
def test_a_wrong_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidInputError, match="overpass_url"):
        FetchSettings.from_environment({"TRIPPLAN_OVERPASS_URL": address})


def test_settings_come_from_the_environment_that_is_given_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TRIPPLAN_AFDC_KEY", "from outside")
    assert FetchSettings().afdc_key is None
    assert FetchSettings.from_environment({}).afdc_key is None
    told = dict.fromkeys(VARIABLES, "https://example.org/x")
    settings = FetchSettings.from_environment(told, offline=True)
    assert settings.offline
    assert settings.afdc_key is not None
    assert settings.afdc_key.get_secret_value() == settings.nominatim_url == "https://example.org/x"


def test_a_reader_that_finds_no_sense_in_it_makes_it_ask_again(
    servers: FakeServers, time: FakeTime, tmp_path: Path
) -> None:
    def picky(times: int) -> Callable[[bytes], int]:
        seen = [0]

        def read(body: bytes) -> int:
            seen[0] += 1
            if seen[0] <= times:
                raise UnusableAnswerError("not yet")
            return len(body)

        return read

    with asker(settings_for(servers, tmp_path), time) as fetcher:
        assert fetcher.fetch(question(servers), picky(2)).value > 0
        assert servers.count("nominatim") == 3
        damaged = fetcher.fetch(question(servers), picky(1))
    assert damaged.from_cache is False
    assert servers.count("nominatim") == 4


@pytest.mark.parametrize("kind", ["drip", "slow_head"])
def test_one_clock_runs_over_a_whole_answer(
    servers: FakeServers, time: FakeTime, tmp_path: Path, kind: str
) -> None:
    """A byte each 0.1 s is no silence; the answer as a whole has 0.5 s."""
    servers.places["Westend"] = [{"lat": "39.0", "lon": "-105.0", "note": "." * 100}]
    servers.faults["nominatim"].append(Fault(kind))
    began_s = monotonic()
    answer = ask(servers, tmp_path, time, answer_timeout_s=0.5, read_timeout_s=5, tries=2)
    assert monotonic() - began_s < 4.0
    assert answer.value[0]["lat"] == "39.0"
    assert servers.count("nominatim") == 2
    servers.faults["nominatim"] += [Fault(kind)] * 2
    with pytest.raises(SourceError, match=r"not whole after 0\.5 s"):
        ask(servers, tmp_path / "2", time, answer_timeout_s=0.5, read_timeout_s=5, tries=2)


def test_a_key_is_never_told_however_an_answer_spells_it(
    servers: FakeServers, time: FakeTime, tmp_path: Path
) -> None:
    key = "a b/c+d&e"
    spelt = ("a b/c+d&e", "a%20b%2Fc%2Bd%26e", "a+b%2fc%2bd%26e", "a b/c+d&amp;e")
    for status in (302, 403, 503):
        for words in spelt:
            fault = Fault("status", status, {"Location": f"http://x/?key={words}"}, f"key {words}!")
            servers.faults["nominatim"] += [fault] * 4
            told: list[str] = []
            settings = settings_for(servers, tmp_path, tries=2)
            asked = replace(question(servers), secrets={"X-Key": SecretStr(key)})
            with (
                asker(settings, time, now=lambda: NOW, say=told.append) as fetcher,
                pytest.raises(SourceError) as caught,
            ):
                fetcher.fetch(asked, read_json)
            servers.faults["nominatim"].clear()
            said = " ".join([*told, str(caught.value)])
            assert "***" in said
            assert not any(secret in said for secret in spelt)


def test_a_key_that_cannot_be_sent_is_not_told(
    servers: FakeServers, time: FakeTime, tmp_path: Path
) -> None:
    asked = replace(question(servers), secrets={"X-Key": SecretStr("top\nsecret")})
    with asker(settings_for(servers, tmp_path), time) as fetcher:
        with pytest.raises(SourceError, match="cannot be asked") as caught:
            fetcher.fetch(asked, read_json)
        assert "secret" not in str(caught.value)
        assert caught.value.__cause__ is None


TURN = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from tripplan.sources.fetch.turns import take_turn
dates = []
def now():
    dates.append(datetime.now(UTC))
    return dates[-1]
for _ in range(3):
    take_turn(Path(sys.argv[1]), "host", 0.3, now, time.sleep)
    print(dates[-1].timestamp())  # what was noted
    time.sleep(0.31)
"""


def test_processes_that_ask_one_host_take_turns(tmp_path: Path) -> None:
    command = [sys.executable, "-c", TURN, str(tmp_path / "turns")]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    times = sorted(float(line) for one in both for line in one.communicate()[0].split())
    assert len(times) == 6
    assert min(b - a for a, b in pairwise(times)) > 0.28


def no_sleep(_seconds: float) -> None:
    pytest.fail("nobody has asked a moment ago")


def test_turns_that_cannot_be_noted_are_taken_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "turns").write_text("in the way")
    take_turn(tmp_path / "turns", "host", 1.0, lambda: NOW, no_sleep)
    (tmp_path / "odd").mkdir()
    take_turn(tmp_path / "odd", "host", 1.0, lambda: NOW, no_sleep)
    (file,) = (tmp_path / "odd").iterdir()
    for odd in ("", "\0", "12 nan", "12 later", f"12 {NOW.timestamp() + 99}"):
        file.write_text(odd)
        take_turn(tmp_path / "odd", "host", 1.0, lambda: NOW, no_sleep)
    slept: list[float] = []
    file.write_text(f"12 {NOW.timestamp() - 0.4}")
    take_turn(tmp_path / "odd", "host", 1.0, lambda: NOW, slept.append)
    assert slept == [pytest.approx(0.6)]
