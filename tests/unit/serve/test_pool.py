"""The pool with workers that sleep, die and never begin: nothing hangs, nothing is lost."""

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable, Coroutine
from multiprocessing.connection import Connection
from typing import Any

import pytest

from tripplan.errors import SourceError
from tripplan.serve.pool import (
    MOST_WAITING,
    BusyError,
    LostError,
    OvertakenError,
    Pool,
    Reply,
    TooLongError,
)
from tripplan.serve.worker import READY, UNUSABLE, Start, packed, unpacked

START = Start("none")


def puppet(pipe: Connection, start: Start) -> None:
    """Do what each request says: sleep so long, or die."""
    del start
    pipe.send_bytes(READY)
    while True:
        try:
            _, body = unpacked(pipe.recv_bytes())
        except EOFError:
            return
        wish = json.loads(body)
        if wish == "die":
            os._exit(1)
        time.sleep(wish)
        pipe.send_bytes(packed({"status": 200, "kind": "x"}, str(os.getpid()).encode()))


def useless(pipe: Connection, start: Start) -> None:
    """Say that there is nothing to begin with."""
    del start
    pipe.send_bytes(UNUSABLE + b"no such region")


def stillborn(pipe: Connection, start: Start) -> None:
    """End before a word."""
    del pipe, start


def with_pool(
    does: Callable[[Pool], Awaitable[None]], count: int = 1, limit_s: float = 5.0
) -> None:
    async def run() -> None:
        pool = Pool(START, count, limit_s, puppet)
        await pool.open()
        try:
            await asyncio.wait_for(does(pool), 30)
        finally:
            await pool.close()

    asyncio.run(run())


def asked(pool: Pool, wish: object, client: str = "") -> Coroutine[Any, Any, Reply]:
    return pool.ask("plan", json.dumps(wish).encode(), client=client)


def test_a_newer_request_of_a_client_overtakes_its_older_ones() -> None:
    async def does(pool: Pool) -> None:
        tasks = []
        for _ in range(10):
            tasks.append(asyncio.create_task(asked(pool, 0.2, "tab")))
            await asyncio.sleep(0.005)
        other = asyncio.create_task(asked(pool, 0.0, "another tab"))
        begun = time.monotonic()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(result) for result in results] == [OvertakenError] * 9 + [Reply]
        assert (await other).status == 200
        # The one under way, and the last one; the eight between took no worker's time.
        assert time.monotonic() - begun < 1.0

    with_pool(does)


def test_requests_of_nobody_are_all_answered() -> None:
    async def does(pool: Pool) -> None:
        replies = await asyncio.gather(*(asked(pool, 0.01) for _ in range(20)))
        assert [reply.status for reply in replies] == [200] * 20

    with_pool(does)


def test_who_holds_a_worker_too_long_loses_it_and_the_next_is_answered() -> None:
    async def does(pool: Pool) -> None:
        first = await asked(pool, 0.0)
        with pytest.raises(TooLongError):
            await asked(pool, 60.0)
        second = await asked(pool, 0.0)
        assert first.body != second.body
        assert pool.ready == 1

    with_pool(does, limit_s=0.4)


def test_a_worker_that_dies_is_replaced() -> None:
    async def does(pool: Pool) -> None:
        for _ in range(3):
            with pytest.raises(LostError):
                await asked(pool, "die")
        assert (await asked(pool, 0.0)).status == 200

    with_pool(does)


def test_more_than_can_wait_are_turned_away() -> None:
    async def does(pool: Pool) -> None:
        tasks = [asyncio.create_task(asked(pool, 0.005)) for _ in range(MOST_WAITING + 30)]
        results = await asyncio.gather(*tasks, return_exceptions=True)
        kinds = [type(result) for result in results]
        assert kinds.count(Reply) >= MOST_WAITING
        assert kinds.count(Reply) + kinds.count(BusyError) == len(tasks)
        assert kinds.count(BusyError) > 0

    with_pool(does)


def test_who_has_planned_for_a_client_plans_for_it_again() -> None:
    async def does(pool: Pool) -> None:
        for _ in range(500):
            if pool.ready == 2:
                break
            await asyncio.sleep(0.02)
        mine = {(await asked(pool, 0.0, "me")).body for _ in range(6)}
        assert len(mine) == 1

    with_pool(does, count=2)


def test_who_goes_away_waits_no_more() -> None:
    async def does(pool: Pool) -> None:
        busy = asyncio.create_task(asked(pool, 0.3))
        await asyncio.sleep(0.05)
        gone = asyncio.create_task(asked(pool, 30.0))
        await asyncio.sleep(0.05)
        gone.cancel()
        await busy
        assert (await asked(pool, 0.0)).status == 200

    with_pool(does)


@pytest.mark.parametrize(("target", "told"), [(useless, "no such region"), (stillborn, "memory")])
def test_a_pool_whose_workers_cannot_begin_says_why(
    target: Callable[[Connection, Start], None], told: str
) -> None:
    async def run() -> None:
        pool = Pool(START, 1, 5.0, target)
        try:
            with pytest.raises(SourceError, match=told):
                await pool.open()
        finally:
            await pool.close()

    asyncio.run(run())
