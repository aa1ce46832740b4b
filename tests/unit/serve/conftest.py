"""One server for all tests of this folder: two workers on the starter atlas."""

from collections.abc import Iterator

import pytest

from tests.servers.trip_server import TripServer, running


@pytest.fixture(scope="session")
def server() -> Iterator[TripServer]:
    """Start it; where the extra is missing, its tests are skipped."""
    pytest.importorskip("starlette", reason="needs the extra `serve`: starlette and uvicorn")
    pytest.importorskip("uvicorn", reason="needs the extra `serve`: starlette and uvicorn")
    with running("--workers", "2", "--limit-s", "60") as found:
        yield found
