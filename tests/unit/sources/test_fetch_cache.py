"""Answers on disk: found by their question, with their origin, whole or not at all."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.servers.faulty import FakeServers, asker, fake_servers, settings_for
from tripplan.errors import DataError, OfflineError
from tripplan.records.atomic import write_bytes_atomically
from tripplan.sources.fetch.cache import FetchCache, FetchRecord, question_key
from tripplan.sources.fetch.nominatim import find_place

NOW = datetime(2026, 5, 6, tzinfo=UTC)
BODY = b'{"elements": []}'


def record(body: bytes = BODY, date: datetime = NOW) -> FetchRecord:
    return FetchRecord(
        url="https://example.org/api",
        query={"q": "Größenwahn \x1b\ud800"},
        date=date.isoformat(),
        sha256=hashlib.sha256(body).hexdigest(),
        size=len(body),
        content_type="application/json",
        licence="ODbL 1.0",
        tripplan_version="0",
    )


def test_a_question_has_one_key_however_its_fields_are_ordered() -> None:
    key = question_key("GET", "https://example.org", {"a": "1", "b": "2"})
    assert key == question_key("GET", "https://example.org", {"b": "2", "a": "1"})
    words = '{"method":"GET","query":{"a":"1","b":"2"},"url":"https://example.org"}'
    assert key == hashlib.sha256(words.encode()).hexdigest()
    others = [
        question_key("POST", "https://example.org", {"a": "1", "b": "2"}),
        question_key("GET", "https://example.com", {"a": "1", "b": "2"}),
        question_key("GET", "https://example.org", {"a": "1", "b": "3"}),
    ]
    assert len({key, *others}) == 4


def test_the_record_of_an_answer_says_where_it_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with fake_servers() as servers:
        servers.places["Westend"] = [{"lat": "39", "lon": "-105"}]
        with asker(settings_for(servers, tmp_path), now=lambda: NOW) as fetcher:
            find_place(fetcher, "Westend")
        (body,) = tmp_path.rglob("*.body")
        noted = json.loads(body.with_suffix(".json").read_text("utf-8"))
        assert noted == {
            "url": f"{servers.url}/nominatim/search",
            "query": {"q": "Westend", "format": "jsonv2", "limit": "1"},
            "date": "2026-05-06T00:00:00+00:00",
            "sha256": hashlib.sha256(body.read_bytes()).hexdigest(),
            "size": body.stat().st_size,
            "content_type": "application/json",
            "licence": "ODbL 1.0, (c) OpenStreetMap contributors, openstreetmap.org/copyright",
            "tripplan_version": version("tripplan"),
            "format": "tripplan-fetched/1",
        }
    assert json.loads(body.read_bytes()) == [{"lat": "39", "lon": "-105"}]
    assert body.parent.name == "nominatim"
    # Beside the answer and its record lies only who asked the host last.
    suffixes = {path.suffix for path in tmp_path.rglob("*") if path.is_file()}
    assert suffixes == {".body", ".json", ".turn"}


def test_what_is_kept_is_found_whatever_is_in_it(tmp_path: Path) -> None:
    cache = FetchCache(tmp_path)
    kept = cache.keep("Open Charge Map", "ab" * 32, BODY, record())
    found = cache.find("Open Charge Map", "ab" * 32, NOW)
    assert found is not None
    assert found.body() == BODY
    assert found.path == kept.path
    assert cache.find("Overpass", "ab" * 32, NOW) is None
    assert cache.find("Open Charge Map", "cd" * 32, NOW) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda body, _: body.write_bytes(BODY + b" "),
        lambda body, _: body.write_bytes(b""),
        lambda body, _: body.unlink(),
        lambda _, note: note.unlink(),
        lambda _, note: note.write_text("{"),
        lambda _, note: note.write_text("[]"),
        lambda _, note: note.write_text('{"url": 1}'),
        lambda _, note: note.write_text(note.read_text("utf-8").replace("fetched/1", "fetched/0")),
        lambda _, note: note.write_text(note.read_text("utf-8").replace("2026-", "tomorrow")),
    ],
)
def test_a_damaged_answer_counts_as_not_there(tmp_path: Path, damage: object) -> None:
    cache = FetchCache(tmp_path)
    path = cache.keep("x", "ab" * 32, BODY, record()).path
    assert cache.find("x", "ab" * 32, NOW) is not None
    assert callable(damage)
    damage(path, path.with_suffix(".json"))
    assert cache.find("x", "ab" * 32, NOW) is None


def test_an_old_answer_is_asked_for_again_if_so_set(tmp_path: Path) -> None:
    FetchCache(tmp_path).keep("x", "ab" * 32, BODY, record(date=NOW - timedelta(days=10)))
    assert FetchCache(tmp_path).find("x", "ab" * 32, NOW) is not None
    assert FetchCache(tmp_path, max_age_days=10.5).find("x", "ab" * 32, NOW) is not None
    assert FetchCache(tmp_path, max_age_days=9.5).find("x", "ab" * 32, NOW) is None


def test_a_failed_write_leaves_the_old_file_and_no_scraps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "answer.body"
    write_bytes_atomically(path, b"old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(DataError, match="No space left"):
        write_bytes_atomically(path, b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["answer.body"]
    assert path.read_bytes() == b"old"


def test_a_cache_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(DataError, match="cannot be written"):
        FetchCache(tmp_path / "taken").keep("x", "ab" * 32, BODY, record())


def test_offline_does_not_trust_a_damaged_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with fake_servers() as servers:
        servers.places["Westend"] = [{"lat": "39", "lon": "-105"}]
        ask_once(servers, tmp_path, offline=False)
        (body,) = tmp_path.rglob("*.body")
        body.write_bytes(b'[{"lat": "0", "lon": "0"}]')
        with pytest.raises(OfflineError):
            ask_once(servers, tmp_path, offline=True)


def ask_once(servers: FakeServers, cache: Path, *, offline: bool) -> None:
    with asker(settings_for(servers, cache, offline=offline)) as fetcher:
        find_place(fetcher, "Westend")
