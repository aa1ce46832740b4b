"""Worker processes that answer requests: who is overtaken is dropped, who is stuck is replaced.

A worker has one request at a time, in a thread that waits for it. A client (a tab of a browser) has
one request waiting at most: a newer one overtakes it. A request holds a worker no longer than the
limit; then the worker is ended and another takes its place.
"""

import asyncio
import multiprocessing
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Final

from tripplan.errors import SourceError
from tripplan.serve.worker import READY, UNUSABLE, Start, packed, unpacked, work

MOST_WAITING: Final = 64
"""More requests than this do not wait; they are told to come again."""
_FALSE_STARTS: Final = 3
"""So often in a row may a worker end before it is ready."""
_START_S: Final = 900.0
"""So long may a worker take to be ready: the first one on a machine compiles. [s]"""


class OvertakenError(Exception):
    """A newer request of the same client has come."""


class BusyError(Exception):
    """Too many requests are waiting."""


class TooLongError(Exception):
    """The request has held its worker for as long as it may."""


class LostError(Exception):
    """The worker has ended in the middle of the request."""


@dataclass(frozen=True)
class Reply:
    """What a worker said."""

    status: int
    """As of HTTP."""
    kind: str
    """Media type."""
    body: bytes


@dataclass(eq=False)
class _Job:
    task: str
    body: bytes
    detail: str
    client: str
    done: "asyncio.Future[Reply]"
    begun: bool = False


@dataclass(eq=False)
class _Worker:
    process: BaseProcess
    pipe: Connection
    last_client: str = ""
    job: _Job | None = field(default=None, repr=False)

    def end(self) -> None:
        """End the process, however busy it is."""
        self.process.kill()
        self.process.join(5.0)
        self.pipe.close()


class Pool:
    """Hands requests to workers.

    Parameters
    ----------
    start
        What each worker begins with.
    count
        Number of workers.
    limit_s
        So long may one request hold a worker. [s]
    target
        What a worker process does.
    """

    def __init__(
        self,
        start: Start,
        count: int,
        limit_s: float,
        target: Callable[[Connection, Start], None] = work,
    ) -> None:
        self._start = start
        self._target = target
        self._count = count
        self._limit_s = limit_s
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="worker")
        self._waiting: deque[_Job] = deque()
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._under_way: dict[str, _Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def ready(self) -> int:
        """How many workers there are that can plan or do."""
        return len(self._all)

    @property
    def processes(self) -> list[int]:
        """The process ids of the workers."""
        return [worker.process.pid or 0 for worker in self._all]

    async def open(self) -> None:
        """Start the workers, and return when the first one is ready.

        Raises
        ------
        SourceError
            None can begin; the reason is that of the first.
        """
        first = await self._begun()
        self._take(first)
        for _ in range(self._count - 1):
            self._spawn(self._replaced())

    async def close(self) -> None:
        """End all workers; requests that are waiting or under way fail."""
        self._closed = True
        for job in [*self._waiting, *self._under_way.values()]:
            if not job.done.done():
                job.done.set_exception(LostError())
        self._waiting.clear()
        for worker in list(self._all):
            worker.end()
        for task in list(self._tasks):
            task.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def ask(self, task: str, body: bytes, *, detail: str = "", client: str = "") -> Reply:
        """Have a request answered.

        Parameters
        ----------
        task, body, detail
            As `answers.Desk.answer` takes them.
        client
            Whose request it is; a newer one of the same client overtakes it.  Empty: nobody's, and
            nothing overtakes it.

        Raises
        ------
        OvertakenError, BusyError, TooLongError, LostError
            There is no answer.
        """
        loop = asyncio.get_running_loop()
        job = _Job(task, body, detail, client, loop.create_future())
        if client:
            self._overtake(client, job)
        if len(self._waiting) >= MOST_WAITING:
            raise BusyError
        self._waiting.append(job)
        self._hand_out()
        try:
            return await job.done
        finally:
            if job in self._waiting:
                self._waiting.remove(job)
            if self._under_way.get(client) is job:
                del self._under_way[client]

    def _overtake(self, client: str, job: _Job) -> None:
        old = self._under_way.get(client)
        if old is not None and not old.done.done():
            old.done.set_exception(OvertakenError())
            if old in self._waiting:
                self._waiting.remove(old)
        self._under_way[client] = job

    def _hand_out(self) -> None:
        while self._waiting and self._idle:
            job = self._waiting.popleft()
            if job.done.done():
                continue
            # Who has planned for a client has its car and its weather at hand.
            same = (w for w in self._idle if job.client and w.last_client == job.client)
            worker = next(same, self._idle[0])
            self._idle.remove(worker)
            worker.job, worker.last_client, job.begun = job, job.client, True
            self._spawn(self._answered(worker, job))

    async def _answered(self, worker: _Worker, job: _Job) -> None:
        loop = asyncio.get_running_loop()
        message = packed({"task": job.task, "detail": job.detail}, job.body)
        try:
            reply = await loop.run_in_executor(
                self._threads, _asked, worker.pipe, message, self._limit_s
            )
        except (TimeoutError, EOFError, OSError) as error:
            stuck = isinstance(error, TimeoutError)
            if not job.done.done():
                job.done.set_exception(TooLongError() if stuck else LostError())
            self._all.discard(worker)
            worker.end()
            await self._replaced()
            return
        if not job.done.done():
            job.done.set_result(reply)
        worker.job = None
        self._idle.append(worker)
        self._hand_out()

    async def _replaced(self) -> None:
        if self._closed:
            return
        try:
            self._take(await self._begun())
        except SourceError:
            if not self._all:
                for job in self._waiting:
                    job.done.set_exception(LostError())
                self._waiting.clear()

    def _take(self, worker: _Worker) -> None:
        if self._closed:
            worker.end()
            return
        self._all.add(worker)
        self._idle.append(worker)
        self._hand_out()

    async def _begun(self) -> _Worker:
        """Return a worker that is ready."""
        loop = asyncio.get_running_loop()
        for _ in range(_FALSE_STARTS):
            worker = _started(self._start, self._target)
            try:
                word = await loop.run_in_executor(None, _first_word, worker.pipe)
            except (EOFError, OSError, TimeoutError):
                worker.end()
                continue
            if word == READY:
                return worker
            worker.end()
            raise SourceError(word.removeprefix(UNUSABLE).decode("utf-8", "replace"))
        raise SourceError("worker processes end as soon as they start: do they lack memory?")

    def _spawn(self, coroutine: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _started(start: Start, target: Callable[[Connection, Start], None]) -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=target, args=(theirs, start), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _first_word(pipe: Connection) -> bytes:
    if not pipe.poll(_START_S):
        raise TimeoutError
    return pipe.recv_bytes()


def _asked(pipe: Connection, message: bytes, limit_s: float) -> Reply:
    pipe.send_bytes(message)
    if not pipe.poll(limit_s):
        raise TimeoutError
    head, body = unpacked(pipe.recv_bytes())
    return Reply(int(head["status"]), str(head["kind"]), body)
