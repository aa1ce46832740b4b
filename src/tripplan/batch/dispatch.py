"""Chunks of rows to whoever plans them, and back; workers that die are replaced.

After a death, the chunks that were under way are tried again one at a time, then row by row, so
that a row which kills its worker is found and harms no other.
"""

import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import (
    ALL_COMPLETED,
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    wait,
)
from concurrent.futures import ProcessPoolExecutor as Pool
from typing import Any

from tripplan.batch.cluster import has_left
from tripplan.batch.worker import (
    Chunk,
    Job,
    Results,
    check_in,
    plan_chunk,
    serve,
    without_plan,
)
from tripplan.errors import SourceError, TripplanError

_DEATHS_OF_A_ROW = 2
_LOOK_S = 5.0
"""So often is looked whether anybody is still there to plan, seconds."""
_FALSE_STARTS = 3
"""So often may a fresh pool die before it has planned anything."""


class Dispatch:
    """Hands out chunks, a few at a time.

    Parameters
    ----------
    job
        What is the same for all.
    executor
        Who plans; None: a pool of processes of its own.
    workers
        Processes of the pool, or how many chunks the executor can work on at a time.
    """

    def __init__(self, job: Job, executor: Executor | None, workers: int) -> None:
        self._job = job
        self._workers = workers
        self._pool: Pool | None = None if executor else self._new_pool()
        self._executor = executor
        self._under_way: dict[Future[Results], Chunk] = {}
        self._suspects: deque[Chunk] = deque()
        self._last_words = ""

    def run(self, chunks: Iterator[Chunk]) -> Iterator[Results]:
        """Plan all chunks; results come as they are ready."""
        try:
            while True:
                self._fill(chunks)
                if not self._under_way and not self._suspects:
                    return
                yield from self._landed(FIRST_COMPLETED)
                if self._suspects:
                    yield from self._settled()
        finally:
            for future in self._under_way:
                future.cancel()
            if self._pool is not None:
                self._pool.shutdown(cancel_futures=True)

    def _fill(self, chunks: Iterator[Chunk]) -> None:
        while len(self._under_way) < 2 * self._workers and not self._suspects:
            chunk = next(chunks, None)
            if chunk is None:
                return
            future = self._submitted(chunk)
            if future is None:
                self._suspects.append(chunk)
            else:
                self._under_way[future] = chunk

    def _landed(self, when: str) -> Iterator[Results]:
        for future in self._ended(self._under_way, when):
            chunk = self._under_way.pop(future)
            results = self._results(future)
            if results is None:
                self._suspects.append(chunk)
            else:
                yield results

    def _settled(self) -> Iterator[Results]:
        """Let all that is under way come to its end, then try what failed, one at a time."""
        yield from self._landed(ALL_COMPLETED)
        self._renew()
        while self._suspects:
            chunk = self._suspects.popleft()
            results = self._alone(chunk)
            if results is not None:
                yield results
                continue
            for index, row in chunk:
                yield self._row(index, row)

    def _row(self, index: int, row: Any) -> Results:  # noqa: ANN401 - whatever a row is
        for _ in range(_DEATHS_OF_A_ROW):
            results = self._alone([(index, row)])
            if results is not None:
                return results
        words = f"its worker ended unexpectedly each time it was tried ({self._last_words})"
        return [(without_plan(index, row, "failed", words), "")]

    def _alone(self, chunk: Chunk) -> Results | None:
        future = self._submitted(chunk)
        results = None
        if future is not None:
            self._ended([future], ALL_COMPLETED)
            results = self._results(future)
        if results is None:
            self._renew()
        return results

    def _ended(self, futures: Iterable[Future[Results]], when: str) -> set[Future[Results]]:
        """Wait for the first of these or for all, unless nobody is there any more to end them."""
        while True:
            done, left = wait(futures, _LOOK_S, when)
            if not left or (done and when == FIRST_COMPLETED):
                return done
            if has_left(self._executor):
                raise self._gone(ConnectionError("the scheduler does not answer"))

    def _submitted(self, chunk: Chunk) -> "Future[Results] | None":
        executor = self._pool or self._executor
        assert executor is not None
        try:
            return executor.submit(plan_chunk, self._job, chunk)
        except BrokenExecutor as error:
            if self._pool is None:
                raise self._gone(error) from error
            return None
        except RuntimeError as error:
            raise self._gone(error) from error

    def _results(self, future: "Future[Results]") -> Results | None:
        """Return what came of a chunk, or None where its worker was lost."""
        try:
            return future.result()
        except TripplanError:
            raise
        except Exception as error:  # noqa: BLE001 - each executor has its own for a lost worker
            self._last_words = f"{type(error).__name__}: {error}".strip()[:300]
            return None

    @staticmethod
    def _gone(error: Exception) -> SourceError:
        return SourceError(
            f"the executor takes no more work ({type(error).__name__}: {error}); with a journal, "
            "resume with another"
        )

    def _new_pool(self) -> Pool:
        context = multiprocessing.get_context("spawn")
        return Pool(self._workers, context, initializer=serve)

    def _renew(self) -> None:
        """Put a new pool in the place of a broken one."""
        if self._pool is None:
            return
        for _ in range(_FALSE_STARTS):
            try:
                self._pool.submit(check_in, self._job).result()
            except BrokenExecutor:
                self._pool.shutdown(wait=False, cancel_futures=True)
                self._pool = self._new_pool()
            else:
                return
        raise SourceError(
            "worker processes end as soon as they start. In a script, guard the call with "
            '`if __name__ == "__main__":`; else they may lack memory: try fewer workers'
        )
