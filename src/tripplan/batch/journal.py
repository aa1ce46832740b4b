"""What a batch has done, on disk: a line for each row as soon as its chunk is done.

JSON Lines: a head that says what the batch is, then outcomes in the order in which they came, and
a last line once all are there.  A line that a sudden end tore is cut off when the file is opened
again.  Each chunk is handed to the system at once, which keeps it when the process is killed; the
disk has it a second later, which matters when the power fails.
"""

import hashlib
import json
import math
import os
import time
from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from tripplan.batch.outcome import Outcome
from tripplan.batch.trips import Row
from tripplan.errors import DataError
from tripplan.records.settings import Settings
from tripplan.sources import store

_FORMAT = "tripplan-journal/1"
_NOT_DONE = -1
_MOST_ROWS = 50_000_000
"""A line of a row beyond is damaged; the places of so many rows take 400 MB."""
_SYNC_S = 1.0
"""The disk is made to hold what was written at most this often, seconds."""


def row_digest(row: Row) -> str:
    """Return sixteen characters that tell whether a row is still the one it was."""
    try:
        text = json.dumps(row, sort_keys=True, default=repr)
    except (ValueError, RecursionError):  # numbers of thousands of digits, lists in themselves
        text = f"{type(row).__name__} that cannot be written"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def region_digest(region: str) -> str:
    """Return what tells a region from others: a digest of what it holds, or its name."""
    return store.region_digest(region) if (Path(region) / store.MANIFEST).is_file() else region


class Journal:
    """The journal of one batch, open for more.

    Parameters
    ----------
    path
        Where it is; made if it is not there.
    region
        What `region_digest` says of the region.
    settings
        How the batch is planned.
    resume
        Go on with what is there; else an unfinished journal is not touched.

    Raises
    ------
    DataError
        It cannot be used, is of another batch, damaged, or unfinished and not to be resumed.
    """

    def __init__(self, path: str | Path, region: str, settings: Settings, *, resume: bool) -> None:
        self.path = Path(path)
        self.finished = False
        self._synced_s = -math.inf
        self._offsets = array("q")
        self.count = 0
        """Number of rows that are done."""
        head = {"journal": _FORMAT, "region": region, "settings": settings.model_dump(mode="json")}
        try:
            self._file = self.path.open("a+b")
        except OSError as error:
            raise self._fault(f"cannot be used ({error.strerror or error})") from error
        try:
            self._lock()
            self._begin(head, resume=resume)
        except BaseException:
            self._file.close()
            raise

    def _lock(self) -> None:
        """Refuse a journal that another process is writing; the lock ends with the process."""
        try:
            from fcntl import LOCK_EX, LOCK_NB, flock  # noqa: PLC0415 - not on every system
        except ImportError:
            return
        try:
            flock(self._file, LOCK_EX | LOCK_NB)
        except BlockingIOError as error:
            raise self._fault("is in use: another batch is writing it") from error
        except OSError:  # a file system without locks
            return

    def _begin(self, head: dict[str, Any], *, resume: bool) -> None:
        self._read(head)
        if not resume and self._file.tell():
            self._start_anew()
        if not self._file.tell():
            self._append([json.dumps(head)])

    def _fault(self, words: str) -> DataError:
        return DataError(f"journal {self.path}: {words}", path=str(self.path))

    def _start_anew(self) -> None:
        if self.count and not self.finished:
            raise self._fault(
                f"holds {self.count} rows of a batch that has not come to its end: resume it, or "
                "delete it"
            )
        self._file.truncate(0)
        self._offsets = array("q")
        self.count, self.finished = 0, False

    def _read(self, head: dict[str, Any]) -> None:
        self._file.seek(0)
        offset = 0
        for number, line in enumerate(self._file, start=1):
            if not line.endswith(b"\n"):
                self._file.truncate(offset)
                break
            try:
                self._note(json.loads(line), offset, head)
            except (
                ValueError,
                KeyError,
                TypeError,
                AttributeError,
                RecursionError,
            ) as error:
                raise self._fault(f"line {number} is damaged ({error})") from error
            offset += len(line)
        self._file.seek(0, os.SEEK_END)

    def _note(self, entry: dict[str, Any], offset: int, head: dict[str, Any]) -> None:
        if offset == 0:
            other = [name for name, value in head.items() if entry.get(name) != value]
            if other:
                raise self._fault(f"is of another batch: another {', '.join(other)}")
        elif "rows" in entry:
            self.finished = True
        else:
            index = entry["index"]
            if type(index) is not int or not 0 <= index < _MOST_ROWS:
                raise ValueError(f"index {index!r:.40} is no row")
            if not isinstance(entry["row"], str):
                raise ValueError("row is no digest")
            self._place(index, offset)

    def _place(self, index: int, offset: int) -> None:
        if index >= len(self._offsets):
            self._offsets.extend([_NOT_DONE] * (index + 1 - len(self._offsets)))
        if self._offsets[index] == _NOT_DONE:
            self.count += 1
        self._offsets[index] = offset

    def has(self, index: int) -> bool:
        """Tell whether a row is done."""
        return index < len(self._offsets) and self._offsets[index] != _NOT_DONE

    def of_row(self, index: int, row: Row) -> Outcome:
        """Return the outcome of a row that is done; `DataError` if it was another trip."""
        if self._entry(index)["row"] != row_digest(row):
            raise self._fault(f"is of another batch: row {index} was another trip")
        return self.outcome(index)

    def drop(self, index: int) -> None:
        """Take a row as not done; what is written of it later counts."""
        self._offsets[index] = _NOT_DONE
        self.count -= 1
        self.finished = False

    def outcome(self, index: int) -> Outcome:
        """Return the outcome of a row that is done."""
        entry = self._entry(index)
        del entry["row"]
        return Outcome.parse(entry, where=f"journal {self.path}, row {index}")

    def _entry(self, index: int) -> dict[str, Any]:
        self._file.seek(self._offsets[index])
        entry: dict[str, Any] = json.loads(self._file.readline())
        return entry

    def add(self, done: Iterable[tuple[Outcome, str]]) -> None:
        """Write the outcomes of a chunk, each with its row's digest."""
        entries = [(outcome.index, outcome.model_dump(mode="json"), row) for outcome, row in done]
        offset = self._file.seek(0, os.SEEK_END)
        lines = []
        for index, fields, row in entries:
            del fields["plan"]
            lines.append(json.dumps({**fields, "row": row}))
            self._place(index, offset)
            offset += len(lines[-1]) + 1
        self._append(lines)

    def finish(self, rows: int) -> None:
        """Write that all rows are done."""
        if self.count > rows:
            raise self._fault(f"is of another batch: it holds rows beyond the {rows} given")
        if not self.finished:
            self._append([json.dumps({"rows": rows})])
            self.finished = True

    def _append(self, lines: Iterable[str]) -> None:
        try:
            self._file.write("".join(f"{line}\n" for line in lines).encode("ascii"))
            self._file.flush()
            if time.monotonic() - self._synced_s >= _SYNC_S:
                self._sync()
        except OSError as error:
            raise self._fault(f"cannot be written ({error.strerror or error})") from error

    def _sync(self) -> None:
        os.fsync(self._file.fileno())
        self._synced_s = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sync()
        self._file.close()
