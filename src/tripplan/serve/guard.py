"""What a server on one's own machine lets in: its own page and tools, and nobody's page elsewhere.

Pages of the web can send requests to this machine.  They cannot hide where they come from: the Host
is the name under which they found the server (so a name that was turned to this machine is
refused), and Origin and Sec-Fetch-Site say whose page asks.
"""

import asyncio
import ipaddress
import re
from collections.abc import Iterable, MutableMapping
from typing import Any, Final

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tripplan.serve.questions import MOST_BYTES

BODY_S: Final = 8.0
"""A body has arrived after this time, or is not waited for. [s]"""
LARGEST_HEAD: Final = 16 * 1024
"""Largest head of a request, bytes."""
SEND_S: Final = 60.0
"""An answer has been taken after this time, or is given up. [s]"""
_HOST: Final = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?")
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""Colours of bars and charts are attributes of elements; scripts and sheets are files of ours."""
HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
}


class RefusedError(Exception):
    """A request is not let in.

    Parameters
    ----------
    status
        As of HTTP.
    message
        Why.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Guard:
    """Checks each request before the app sees it, and gives each answer its headers.

    Parameters
    ----------
    app
        What answers.
    host, port
        Where the server listens.
    names
        Further names under which it may be asked, as of this machine in a home's network.
    """

    def __init__(self, app: ASGIApp, host: str, port: int, names: Iterable[str] = ()) -> None:
        self._app = app
        self._port = port
        self._local = is_loopback(host)
        self._names = {name.lower() for name in names} | set(_LOCAL)
        if not self._local:
            self._names.add(f"[{host}]" if ":" in host else host.lower())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        sender = _Sender(send)
        try:
            self._check(scope)
            body = await _body(scope, receive)
        except RefusedError as refused:
            answer = JSONResponse(
                {"error": "refused", "message": str(refused)},
                status_code=refused.status,
                headers={"connection": "close"},
            )
            await answer(scope, receive, sender)
            return
        await self._app(scope, _Replayed(body, receive), sender)

    def _check(self, scope: Scope) -> None:
        headers = _headers(scope)
        if sum(map(len, headers.values())) + len(scope["raw_path"]) > LARGEST_HEAD:
            raise RefusedError(431, f"a head has at most {LARGEST_HEAD} bytes")
        if not self._is_ours(headers.get("host", "")):
            raise RefusedError(421, "this server is asked under a name that is not its own")
        origin = headers.get("origin")
        if origin is not None and not self._is_our_origin(origin):
            raise RefusedError(403, "a page of another site asks")
        site = headers.get("sec-fetch-site", "none")
        opened = headers.get("sec-fetch-mode") == "navigate" and scope["path"] == "/"
        if site not in {"none", "same-origin"} and not opened:
            raise RefusedError(403, "a page of another site asks")
        if scope["method"] not in {"GET", "HEAD", "POST"}:
            raise RefusedError(405, "only GET, HEAD and POST are answered")
        if scope["method"] == "POST":
            kind = headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != "application/json":
                raise RefusedError(415, "a question comes as application/json")

    def _is_ours(self, host: str) -> bool:
        found = _HOST.fullmatch(host)
        if found is None or int(found[2] or 80) != self._port:
            return False
        name = found[1].lower()
        # A name can be turned to any machine by who owns it; a number cannot.
        return name in self._names or (not self._local and _is_number(name))

    def _is_our_origin(self, origin: str) -> bool:
        scheme, _, host = origin.partition("://")
        return scheme == "http" and self._is_ours(host)


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _headers(scope: Scope) -> dict[str, str]:
    """Return the headers; of one that is there twice, what nothing accepts."""
    found: dict[str, str] = {}
    for key, value in scope["headers"]:
        name = key.decode("latin-1").lower()
        found[name] = "?" if name in found else value.decode("latin-1")
    return found


async def _body(scope: Scope, receive: Receive) -> bytes:
    """Return the whole body of a request, if it is small and comes in time."""
    length = _headers(scope).get("content-length", "0")
    if not length.isdigit() or int(length) > MOST_BYTES:
        raise RefusedError(413, f"a body has at most {MOST_BYTES} bytes")
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_S):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise RefusedError(400, "the body breaks off")
                part: bytes = message.get("body", b"")
                size += len(part)
                if size > MOST_BYTES:
                    raise RefusedError(413, f"a body has at most {MOST_BYTES} bytes")
                parts.append(part)
                if not message.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError:
        raise RefusedError(408, "the body takes too long") from None


class _Replayed:
    """Gives a body that was read, and then what else the connection says."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        return await self._receive()


class _Sender:
    """Sends with the headers of each answer, for as long as it is taken."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            given = {key.lower() for key, _ in message.get("headers", ())}
            more = [
                (key.encode(), value.encode())
                for key, value in HEADERS.items()
                if key.encode() not in given
            ]
            message = {**message, "headers": [*message.get("headers", ()), *more]}
        async with asyncio.timeout(SEND_S):
            await self._send(message)
