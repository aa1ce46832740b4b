"""Ask a service on the network, politely, and keep its answer (the adapter to requests).

`Fetcher.fetch` looks into the cache first.  Else it asks: one session with a user agent that names
tripplan, a least time between two questions to one host, time-outs, and, where another try may
help, pauses that double (as long as the service asks for, if it does).  What no reader can use is
not kept.
"""

import hashlib
import html
import json
import re
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, NoReturn, Self, TypeVar
from urllib.parse import quote, quote_plus, urlsplit

from pydantic import SecretStr

from tripplan.errors import OfflineError, SourceError
from tripplan.sources.chargers.values import Tally, text
from tripplan.sources.fetch.cache import CachedAnswer, FetchCache, FetchRecord, question_key
from tripplan.sources.fetch.settings import FetchSettings
from tripplan.sources.fetch.turns import take_turn

if TYPE_CHECKING:
    import requests

T = TypeVar("T")

AGAIN: Final = frozenset((408, 425, 429, 500, 502, 503, 504))
"""Statuses after which another try may help."""
EXCERPT: Final = 300
"""Longest piece of an error page that is passed on, characters."""
_PIECE: Final = 65_536


class UnusableAnswerError(Exception):
    """An answer did not arrive, or is of no use; another try may help.

    Parameters
    ----------
    message
        Why, for the user.
    wait_s
        How long the service asks to wait, seconds.
    """

    def __init__(self, message: str, *, wait_s: float = 0.0) -> None:
        super().__init__(message)
        self.wait_s = wait_s


@dataclass(frozen=True)
class Question:
    """What is asked of a service."""

    service: str
    """Name of the service, for messages and for the cache."""
    about: str
    """What the answer is about, for messages: "roads within 39,-105,40,-104"."""
    url: str
    query: dict[str, str]
    licence: str
    """Licence of the answer, with the words that must be shown beside it."""
    method: Literal["GET", "POST"] = "GET"
    """GET: ``query`` goes into the address; POST: into the body, as a form."""
    secrets: dict[str, SecretStr] = field(default_factory=dict)
    """Headers that are sent and never written down."""


@dataclass(frozen=True)
class Fetched(Generic[T]):
    """An answer, as its reader understands it, and where it lies."""

    value: T
    answer: CachedAnswer
    from_cache: bool


class Fetcher:
    """Asks services, and keeps what they answer; use it as a context manager.

    Parameters
    ----------
    settings
        Addresses, patience, cache.
    clock
        Seconds of a clock that never goes back.
    sleep
        Waits so many seconds.
    now
        The date, in UTC.
    say
        Called with each wait as it begins: for which host, and at which try.
    """

    def __init__(
        self,
        settings: FetchSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        say: Callable[[str], None] = lambda _words: None,
    ) -> None:
        self.settings = settings
        age = None if settings.offline else settings.max_age_days
        self._cache = FetchCache(settings.cache, max_age_days=age)
        self._clock, self._sleep, self._now, self.say = clock, sleep, now, say
        self._asked_s: dict[str, float] = {}
        self._session: requests.Session | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    @property
    def user_agent(self) -> str:
        """How the program calls itself."""
        contact = f"; {self.settings.contact}" if self.settings.contact else ""
        return f"tripplan/{version('tripplan')} (road-trip planner for electric cars{contact})"

    def fetch(self, question: Question, read: Callable[[bytes], T]) -> Fetched[T]:
        """Return what a service answers, from the cache if it is there.

        Parameters
        ----------
        question
            What to ask.
        read
            Makes sense of the body, or raises `UnusableAnswerError`.

        Raises
        ------
        OfflineError
            It is not in the cache, and asking is switched off.
        SourceError
            The service refuses, or gave no usable answer in all tries.
        DataError
            The cache cannot be written.
        """
        key = question_key(question.method, question.url, question.query)
        found = self._cache.find(question.service, key, self._now())
        if found is not None:
            with suppress(UnusableAnswerError):
                return Fetched(read(found.body()), found, from_cache=True)
        if self.settings.offline:
            raise OfflineError(
                f"{question.about} is not in the cache ({self.settings.cache}), and asking "
                f"{question.service} is switched off: ask once without --offline, or name the "
                "cache that holds it."
            )
        body, kind, value = self._ask(question, read)
        record = FetchRecord(
            url=question.url,
            query=question.query,
            date=self._now().isoformat(timespec="seconds"),
            sha256=hashlib.sha256(body).hexdigest(),
            size=len(body),
            content_type=kind,
            licence=question.licence,
            tripplan_version=version("tripplan"),
        )
        kept = self._cache.keep(question.service, key, body, record)
        return Fetched(value, kept, from_cache=False)

    def _ask(self, question: Question, read: Callable[[bytes], T]) -> tuple[bytes, str, T]:
        settings, fault = self.settings, UnusableAnswerError("")
        host = urlsplit(question.url).netloc
        for attempt in range(settings.tries):
            turn = f"try {attempt + 1} of {settings.tries}"
            if attempt:
                backoff_s = settings.backoff_s * 2.0 ** (attempt - 1)
                self._pause(question, fault, backoff_s, f"asking {host} again, {turn},")
            self._take_turn(question.url)
            self.say(f"{question.service}: {question.about}; waiting for {host}, {turn}")
            try:
                body, kind = self._once(question)
                return body, kind, read(body)
            except UnusableAnswerError as error:
                fault = error
        raise SourceError(
            f"{question.service} gave no usable answer to {question.about} in {settings.tries} "
            f"tries; the last time: {fault}. Try again later; what has arrived is kept in "
            f"{settings.cache}."
        ) from fault

    def _pause(
        self, question: Question, fault: UnusableAnswerError, backoff_s: float, then: str
    ) -> None:
        limit_s = self.settings.patience_s
        if fault.wait_s > limit_s:
            raise SourceError(
                f"{question.service} asks to wait {fault.wait_s:.0f} s ({fault}), longer than the "
                f"{limit_s:g} s that are set; try again then. What has arrived is kept in "
                f"{self.settings.cache}."
            ) from fault
        pause_s = max(fault.wait_s, min(backoff_s, limit_s))
        self.say(f"{question.service}: {fault}; {then} in {pause_s:.0f} s")
        self._sleep(pause_s)

    def _take_turn(self, url: str) -> None:
        host = urlsplit(url).netloc.casefold()
        last_s = self._asked_s.get(host)
        if last_s is not None:
            early_s = last_s + self.settings.interval_s - self._clock()
            if early_s > 0:
                self._sleep(early_s)
        take_turn(
            self.settings.cache / "turns", host, self.settings.interval_s, self._now, self._sleep
        )
        self._asked_s[host] = self._clock()

    def _once(self, question: Question) -> tuple[bytes, str]:
        import requests  # noqa: PLC0415 - its libraries open a socket when they are imported

        if self._session is None:
            self._session = requests.Session()
            self._session.headers.update(
                {"User-Agent": self.user_agent, "Accept": "application/json"}
            )
        session = self._session

        def work(given_up: threading.Event) -> tuple[bytes, str]:
            return self._exchange(question, session, given_up)

        try:
            return _within(self.settings.answer_timeout_s, work)
        except _TooLongError as error:
            self._session = None  # the old one is still at it
            raise UnusableAnswerError(
                f"the answer was not whole after {self.settings.answer_timeout_s:g} s"
            ) from error

    def _exchange(
        self, question: Question, session: "requests.Session", given_up: threading.Event
    ) -> tuple[bytes, str]:
        import requests  # noqa: PLC0415

        asked = {"params" if question.method == "GET" else "data": question.query}
        secret = {name: value.get_secret_value() for name, value in question.secrets.items()}
        settings = self.settings
        try:
            with session.request(
                question.method,
                question.url,
                headers=secret,
                timeout=(settings.connect_timeout_s, settings.read_timeout_s),
                stream=True,
                allow_redirects=False,
                **asked,  # type: ignore[arg-type] # one of two dictionaries
            ) as response:
                if response.status_code != HTTPStatus.OK:
                    _refuse(question, response, tuple(secret.values()), self._now())
                return self._body(response, given_up), text(
                    response.headers.get("Content-Type"), Tally()
                )
        except requests.exceptions.SSLError as error:
            raise SourceError(
                f"{question.service}: no trusted connection to {urlsplit(question.url).netloc} "
                "(its certificate does not check out); see the clock and the certificates of this "
                "machine"
            ) from error
        except requests.exceptions.Timeout as error:
            raise UnusableAnswerError(
                f"no answer within {settings.read_timeout_s:g} s"
                if isinstance(error, requests.exceptions.ReadTimeout)
                else f"no connection within {settings.connect_timeout_s:g} s"
            ) from error
        except (
            requests.exceptions.ConnectionError,
            requests.exceptions.ChunkedEncodingError,
            requests.exceptions.ContentDecodingError,
        ) as error:
            raise UnusableAnswerError(_reason(error)) from error
        except requests.exceptions.RequestException as error:
            raise SourceError(
                f"{question.service}: {question.url} cannot be asked "
                f"({_plain(_redacted(str(error), tuple(secret.values())))})"
            ) from None  # what it says may hold a key

    def _body(self, response: "requests.Response", given_up: threading.Event) -> bytes:
        limit, start_s = self.settings.answer_limit_mb * 1e6, self._clock()
        body = bytearray()
        for piece in response.iter_content(_PIECE):
            body += piece
            if len(body) > limit:
                raise SourceError(
                    f"the answer of {urlsplit(response.url).netloc} is larger than "
                    f"{self.settings.answer_limit_mb:g} MB: ask for a smaller area, or allow more"
                )
            if given_up.is_set() or self._clock() - start_s > self.settings.answer_timeout_s:
                raise UnusableAnswerError(
                    f"the answer was not whole after {self.settings.answer_timeout_s:g} s"
                )
        stated = response.headers.get("Content-Length", "")
        if stated.isdecimal() and int(stated) != response.raw.tell():
            raise UnusableAnswerError(f"cut off after {response.raw.tell()} of {stated} bytes")
        return bytes(body)


def _refuse(
    question: Question, response: "requests.Response", secrets: tuple[str, ...], now: datetime
) -> NoReturn:
    """Raise the error that a status other than 200 stands for."""
    status = response.status_code
    with suppress(ValueError):
        status = HTTPStatus(status)
    name = f"HTTP {int(status)} {getattr(status, 'phrase', '')}".strip()
    excerpt = _excerpt(response, secrets)
    if status in AGAIN:
        wait_s = retry_after_s(response.headers.get("Retry-After"), now)
        raise UnusableAnswerError(f"{name}{excerpt}", wait_s=wait_s)
    place = _plain(_redacted(response.headers.get("Location", ""), secrets))
    hint = {
        401: "; check the key",
        403: "; check the key, or name a contact in the settings if the service blocks this user",
        404: "; check the address of the service",
    }.get(int(status), f"; it points to {place}: set this address" if place else "")
    raise SourceError(f"{question.service} refuses {question.about}: {name}{excerpt}{hint}")


def _excerpt(response: "requests.Response", secrets: tuple[str, ...]) -> str:
    import requests  # noqa: PLC0415

    head = b""
    with suppress(requests.exceptions.RequestException):
        head = next(response.iter_content(_PIECE), b"")
    page = head.decode("utf-8", "replace")
    page = _redacted(page, secrets)
    page = re.sub(r"(?s)<(head|style|script)\b.*?</\1\s*>", " ", page)
    page = _plain(re.sub(r"<[^<>]*>", " ", page))
    return f" ({page})" if page else ""


def _redacted(words: str, secrets: Iterable[str]) -> str:
    """Return words without keys, however an address or a page spells them."""
    for secret in filter(None, secrets):
        spellings = {secret, quote(secret, safe=""), quote(secret), quote_plus(secret)}
        spellings |= {html.escape(secret), json.dumps(secret)[1:-1], repr(secret)[1:-1]}
        for spelling in sorted(spellings, key=len, reverse=True):
            words = re.sub(re.escape(spelling), "***", words, flags=re.IGNORECASE)
    return words


class _TooLongError(Exception):
    """Work was not done in time."""


def _within(limit_s: float, work: Callable[[threading.Event], T]) -> T:
    """Do work in a thread, and leave it behind if it takes too long.

    Time-outs of sockets begin anew with each byte: whoever sends one now and then, be it of a
    header or of a body, would hold the program for as long as it likes.

    Parameters
    ----------
    limit_s
        Seconds by the clock on the wall.
    work
        What to do; it is told by the event that nobody waits for it any more.
    """
    given_up, done = threading.Event(), Future[T]()

    def run() -> None:
        try:
            done.set_result(work(given_up))
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            done.set_exception(error)

    threading.Thread(target=run, daemon=True, name="asking").start()
    try:
        return done.result(limit_s)
    except TimeoutError as error:
        if done.done():
            raise
        raise _TooLongError from error
    finally:
        given_up.set()


def _plain(page: str) -> str:
    return text(page, Tally(), limit=EXCERPT)


def _reason(error: Exception) -> str:
    """Put what went wrong below HTTP into a few words."""
    message = str(error)
    found = re.search(r"\[Errno -?\d+\] ([^'\")\]]+)", message)
    if found:
        return _plain(found[1])
    cut = "IncompleteRead" in message or "InvalidChunkLength" in message
    return "the answer was cut off" if cut or "prematurely" in message else "the connection broke"


def retry_after_s(value: str | None, now: datetime) -> float:
    """Read a Retry-After header: seconds or an HTTP date; 0 where there is none or it is past.

    Source: RFC 9110, section 10.2.3.
    """
    stated = (value or "").strip()
    if stated.isascii() and stated.isdecimal():
        return float(stated[:9])
    try:
        date = parsedate_to_datetime(stated)
    except ValueError:
        return 0.0
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (date - now).total_seconds())


def read_json(body: bytes) -> Any:  # noqa: ANN401 - whatever the service says
    """Parse JSON; NaN and infinities, which JSON does not have, are refused.

    Raises
    ------
    UnusableAnswerError
        It is cut off, malformed, or something else: an error page, say.
    """
    try:
        return json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        begins = text(body[:60].decode("utf-8", "replace"), Tally(), limit=40)
        raise UnusableAnswerError(
            f"an answer that is not JSON ({len(body)} bytes, beginning {begins!r})"
        ) from error


def _no_constant(word: str) -> float:
    raise ValueError(word)
