"""Turns between processes that ask the same host, so that together they are as polite as one.

A small file for each host below the cache says who asked last, and when; it is locked while its
reader waits.  Where no such file can be written or locked, each process keeps its own pace.
"""

import hashlib
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

if sys.platform != "win32":
    import fcntl


def take_turn(
    folder: Path,
    host: str,
    interval_s: float,
    now: Callable[[], datetime],
    sleep: Callable[[float], None],
) -> None:
    """Wait until another process' last question to a host is long enough ago, and note this one.

    Parameters
    ----------
    folder
        Folder of the files; made if it is not there.
    host
        Who is asked.
    interval_s
        Least time between two questions, seconds.
    now
        The date.
    sleep
        Waits so many seconds.
    """
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        name = hashlib.sha256(host.encode()).hexdigest()[:16]
        with (folder / f"{name}.turn").open("a+b") as file:
            if sys.platform != "win32":
                fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            who, _, when = file.read(200).decode("ascii", "replace").partition(" ")
            if who != str(os.getpid()):
                with suppress(ValueError):
                    ago_s = now().timestamp() - float(when)
                    # A date to come, of a clock that was set back, is none.
                    if 0 <= ago_s < interval_s:
                        sleep(interval_s - ago_s)
            file.truncate(0)
            file.write(f"{os.getpid()} {now().timestamp():.6f}".encode("ascii"))
