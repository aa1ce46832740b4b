"""Damage, read, and see what comes of it: within a limit of time, an answer or our own error."""

import logging
import random
import signal
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.fuzz.door import CALLS
from tests.fuzz.mutations import damaged
from tests.fuzz.readers import READERS
from tests.samples.worlds import warm_up
from tripplan.errors import TripplanError

LIMIT_S = 20.0
TARGETS: tuple[str, ...] = (*READERS, *(f"call-{name}" for name in CALLS))


class TooLongError(BaseException):
    """An execution took longer than `LIMIT_S`; no `except Exception` may swallow it."""


class Found(NamedTuple):
    """What came of the executions of one target."""

    target: str
    answers: int
    refusals: int
    silent: int
    """Refusals of a file that do not name it."""
    slowest_s: float
    escapes: Counter[str]
    """By kind and place."""

    def __str__(self) -> str:
        head = (
            f"{self.target}: {self.answers} answers, {self.refusals} refusals "
            f"({self.silent} without the file's name), slowest {self.slowest_s:.1f} s"
        )
        return "\n".join([head, *(f"  {n} x {what}" for what, n in self.escapes.most_common())])


@contextmanager
def _limited() -> Any:
    def stop(*_: object) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, LIMIT_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


def run(target: str, times: int, seed: int, keep: Path | None = None) -> Found:
    """Execute one target many times.

    Parameters
    ----------
    target
        A name of `TARGETS`.
    times
        How often.
    seed
        Of the random choices; the same gives the same files.
    keep
        Folder for the files with which something escaped.
    """
    warm_up()
    answers = refusals = silent = 0
    slowest_s, escapes = 0.0, Counter[str]()
    with (
        tempfile.TemporaryDirectory() as work,
        warnings.catch_warnings(),
        _quiet(),
    ):
        warnings.simplefilter("ignore")
        for number in range(times):
            name, execute, content = _case(target, f"{seed}-{number}", Path(work))
            started = time.monotonic()
            try:
                with _limited():
                    execute()
                answers += 1
            except TripplanError as error:
                refusals += 1
                silent += bool(name) and name not in str(error)
            except (Exception, TooLongError) as error:  # noqa: BLE001 - what is looked for
                what = _place(error)
                escapes[what] += 1
                if keep is not None and escapes[what] <= 3:
                    keep.mkdir(parents=True, exist_ok=True)
                    (keep / f"{target}-{seed}-{number}-{Path(name).name}").write_bytes(content)
            slowest_s = max(slowest_s, time.monotonic() - started)
    return Found(target, answers, refusals, silent, slowest_s, escapes)


@contextmanager
def _quiet() -> Any:
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _case(target: str, seed: str, work: Path) -> tuple[str, Callable[[], object], bytes]:
    chance = random.Random(f"{target}-{seed}")  # noqa: S311 - not for secrets
    if target.startswith("call-"):
        call = CALLS[target.removeprefix("call-")]
        return "", lambda: call(chance), b""
    reader = READERS[target]
    name, whole = chance.choice(reader.samples())
    content = damaged(whole, chance)
    path = work / Path(name).name
    path.write_bytes(content)
    return path.name, lambda: reader.read(path), content


def _place(error: BaseException) -> str:
    """Return kind and place of an error: the last line of our own, and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "/tripplan/" in frame.filename] or frames
    last = own[-1]
    where = f"{Path(last.filename).name}:{last.lineno} in {last.name}"
    return f"{type(error).__name__} at {where}: {error!s:.120}"
