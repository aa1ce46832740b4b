"""A Dask cluster as an executor; the door to `distributed`, which is optional."""

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from tripplan.errors import DataError, SourceError


def has_left(executor: Executor | None) -> bool:
    """Tell whether an executor is one of Dask whose scheduler is gone; its futures never end."""
    return getattr(getattr(executor, "_client", None), "status", "") == "closed"


@contextmanager
def dask_executor(address: str) -> Iterator[tuple[Executor, int]]:
    """Connect to a scheduler, such as ``tcp://host:8786``.

    Yields
    ------
    tuple of Executor and int
        The cluster, and how many threads it has, at least 1.

    Raises
    ------
    DataError
        `distributed` is not installed.
    SourceError
        The scheduler does not answer.
    """
    try:
        from distributed import Client  # noqa: PLC0415 - optional, and heavy
    except ImportError as error:
        raise DataError(
            "a scheduler needs Dask: pip install 'tripplan[dask]'", path="distributed"
        ) from error
    try:
        connect: Any = Client  # it has no types
        client = connect(address, timeout="10s")
    except (OSError, ValueError) as error:
        raise SourceError(f"scheduler {address}: does not answer ({error})") from error
    with client:
        threads = sum(client.nthreads().values())
        yield client.get_executor(pure=False), max(threads, 1)
