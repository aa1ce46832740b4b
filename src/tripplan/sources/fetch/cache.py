"""Fetched answers on disk: one file for the body, one beside it that says where it came from.

A body is found by the content hash of its question (canonical JSON).  The record beside it holds
the SHA-256 of the body; a body without its record, or with another hash, counts as not there.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from tripplan.records.atomic import write_bytes_atomically
from tripplan.sources.checksums import file_sha256

FORMAT: Final = "tripplan-fetched/1"


@dataclass(frozen=True)
class FetchRecord:
    """Where an answer came from; never holds a key."""

    url: str
    """Address that was asked."""
    query: Mapping[str, str]
    """What was asked."""
    date: str
    """When, ISO 8601, UTC."""
    sha256: str
    """Of the body, in hex digits."""
    size: int
    """Bytes of the body."""
    content_type: str
    """What the service said that it is."""
    licence: str
    """Licence of the data, with the words that must be shown beside them."""
    tripplan_version: str
    """Version of the program that asked."""
    format: str = FORMAT


@dataclass(frozen=True)
class CachedAnswer:
    """An answer that lies on disk."""

    path: Path
    """File of the body."""
    record: FetchRecord

    def body(self) -> bytes:
        """Return the body."""
        return self.path.read_bytes()


def question_key(method: str, url: str, query: Mapping[str, str]) -> str:
    """Return the content hash of a question: SHA-256 of its canonical JSON, hex digits."""
    question = {"method": method, "query": dict(query), "url": url}
    canonical = json.dumps(question, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


class FetchCache:
    """Answers below one folder, a sub-folder for each service."""

    def __init__(self, folder: Path, *, max_age_days: float | None = None) -> None:
        self.folder = folder
        self._max_age = None if max_age_days is None else timedelta(days=max_age_days)

    def find(self, service: str, key: str, now: datetime) -> CachedAnswer | None:
        """Return an answer that is there, whole and not too old; else None."""
        path = self._path(service, key)
        try:
            noted: Any = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
            record = FetchRecord(**noted)
            digest = file_sha256(path)
            date = datetime.fromisoformat(record.date)
        except (OSError, ValueError, TypeError):
            return None
        if record.format != FORMAT or digest != record.sha256:
            return None
        if self._max_age is not None and now - _aware(date) > self._max_age:
            return None
        return CachedAnswer(path, record)

    def keep(self, service: str, key: str, body: bytes, record: FetchRecord) -> CachedAnswer:
        """Write an answer: its body first, then its record, which makes it count.

        Parameters
        ----------
        service
            Who answered: a folder of the cache.
        key
            Digest of the question.
        body
            The answer, as it came.
        record
            What was asked, where and when.

        Raises
        ------
        DataError
            The folder cannot be written.
        """
        path = self._path(service, key)
        noted = json.dumps(asdict(record), indent=1, ensure_ascii=False, sort_keys=True)
        write_bytes_atomically(path, body, in_new_folder=True)
        note = noted.encode("utf-8", "replace") + b"\n"
        write_bytes_atomically(path.with_suffix(".json"), note)
        return CachedAnswer(path, record)

    def _path(self, service: str, key: str) -> Path:
        folder = re.sub(r"[^a-z0-9]", "", service.casefold())
        return self.folder / folder / f"{key[:32]}.body"


def _aware(date: datetime) -> datetime:
    return date if date.tzinfo else date.replace(tzinfo=UTC)
