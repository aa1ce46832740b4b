"""Runs the app with uvicorn: bounded connections, and none that is held open by saying nothing."""

import asyncio
import os
import socket
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from tripplan.errors import InvalidInputError
from tripplan.planning.grounds import ground_of
from tripplan.serve.app import make_app
from tripplan.serve.form import car_rows
from tripplan.serve.guard import LARGEST_HEAD, Guard, is_loopback
from tripplan.serve.places import Places
from tripplan.serve.pool import Pool
from tripplan.serve.worker import Start

MOST_CONNECTIONS: Final = 200
HEAD_S: Final = 8.0
"""The head of a request has arrived after this time, or the connection ends. [s]"""


class _Impatient(H11Protocol):
    """Ends a connection whose next request does not come, or comes byte by byte."""

    _clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - as in uvicorn
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._clock = self.loop.call_later(HEAD_S, self._too_slow)

    def data_received(self, data: bytes) -> None:
        """Take what came; a head that is whole stops the clock."""
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before and self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        super().on_response_complete()
        if self._clock is not None:
            self._clock.cancel()
        if not self.transport.is_closing():
            self._clock = self.loop.call_later(HEAD_S, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
        super().connection_lost(exc)

    def _too_slow(self) -> None:
        self._clock = None
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()


@dataclass(frozen=True)
class Options:
    """How to serve."""

    region: str = "starter"
    """Region to plan on."""
    chargers: tuple[str, ...] = ()
    """Charger files in place of the region's own."""
    host: str = "127.0.0.1"
    """Where to listen; other machines reach the server only where this is not the loopback."""
    port: int = 8765
    """On which port; 0: any that is free."""
    names: tuple[str, ...] = ()
    """Further names by which the server may be asked."""
    workers: int = 0
    """Worker processes; 0: one a core."""
    limit_s: float = 60.0
    """So long may one request hold a worker. [s]"""
    open_page: bool = False
    """Whether to open the page in the browser."""
    say: Callable[[str], None] = field(default=print)
    """Tells the driver what happens."""


def serve(options: Options) -> None:
    """Serve until interrupted.

    Raises
    ------
    InvalidInputError
        There is no such region, or the address cannot be listened on.
    DataError, SourceError
        The region or its chargers cannot be used, or no worker can begin.
    """
    places = Places(ground_of(options.region, options.chargers))
    listener = _listener(options.host, options.port)
    port = listener.getsockname()[1]
    pool = Pool(
        Start(options.region, options.chargers),
        options.workers or os.cpu_count() or 1,
        options.limit_s,
    )
    app = Guard(make_app(places, pool), options.host, port, options.names)
    asyncio.run(_served(app, pool, listener, options))


async def _served(app: Guard, pool: Pool, listener: socket.socket, options: Options) -> None:
    # The ranges on the cards of cars, worked out while workers begin.
    asyncio.get_running_loop().run_in_executor(None, car_rows)
    try:
        await pool.open()
        host, port = options.host, listener.getsockname()[1]
        address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
        options.say(f"serving on {address} (Ctrl+C ends it)")
        if not is_loopback(host):
            options.say("other machines of the network can ask this server")
        if options.open_page:
            webbrowser.open(address)
        await uvicorn.Server(configured(app)).serve(sockets=[listener])
    finally:
        await pool.close()
        listener.close()


def configured(app: Guard) -> uvicorn.Config:
    """Return how uvicorn runs the app: no websockets, no trust in headers of proxies."""
    return uvicorn.Config(
        app,
        http=_Impatient,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        backlog=MOST_CONNECTIONS,
        timeout_keep_alive=int(HEAD_S),
        timeout_graceful_shutdown=3,
        h11_max_incomplete_event_size=LARGEST_HEAD,
    )


def _listener(host: str, port: int) -> socket.socket:
    try:
        kind, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(kind, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(MOST_CONNECTIONS)
    except OSError as error:
        raise InvalidInputError(
            f"cannot listen on {host}, port {port} ({error.strerror}): name another --port",
            field="port",
            value=port,
            expected="a free port",
        ) from error
    return listener
