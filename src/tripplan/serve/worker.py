"""A worker process: a planner of its own, requests in, answers out, one at a time.

Both go over a pipe as bytes: a line of JSON, a line end, and the body.
"""

import json
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from multiprocessing.connection import Connection, wait
from typing import Any, Final, NamedTuple

READY: Final = b"ready"
UNUSABLE: Final = b"unusable "
"""Begins what a worker says that cannot begin; the reason follows."""


class Start(NamedTuple):
    """What a worker begins with."""

    region: str
    """Name or folder of the region."""
    chargers: tuple[str, ...] = ()
    """Charger files in place of the region's own; empty: the region's own."""


def packed(head: dict[str, Any], body: bytes) -> bytes:
    """Return a message."""
    return json.dumps(head).encode() + b"\n" + body


def unpacked(message: bytes) -> tuple[dict[str, Any], bytes]:
    """Return head and body of a message."""
    head, _, body = message.partition(b"\n")
    return json.loads(head), body


def work(pipe: Connection, start: Start) -> None:
    """Answer what comes until the pipe closes or the process that started this one ends.

    The first word is `READY`, or why there is nothing to begin with.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_outlive, args=(parent.sentinel,), daemon=True).start()
    try:
        from tripplan.serve.answers import Desk  # noqa: PLC0415 - what it loads takes a while

        desk = Desk.on(*start)
        _rehearse(desk)
    except Exception as error:  # noqa: BLE001 - whatever it is, who started this one has to know
        traceback.print_exc(file=sys.stderr)
        pipe.send_bytes(UNUSABLE + str(error).encode())
        return
    pipe.send_bytes(READY)
    while True:
        try:
            head, body = unpacked(pipe.recv_bytes())
            answer = desk.answer(head["task"], body, head.get("detail", ""))
            pipe.send_bytes(packed({"status": answer.status, "kind": answer.kind}, answer.body))
        except (EOFError, OSError):
            return


def _rehearse(desk: Any) -> None:  # noqa: ANN401 - loaded late
    """Plan and draw once, so that what has to be compiled is, before there is a limit of time."""
    from tripplan.serve.answers import Desk  # noqa: PLC0415

    atlas = desk if desk.region.name == "starter" else Desk.on("starter")
    question = {"origin": "Denver, CO", "destination": "Grand Junction, CO"}
    for car in ("nissan-sakura", "nissan-leaf-40"):
        atlas.answer("drawing", json.dumps({**question, "vehicle": car}).encode())


def _outlive(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
