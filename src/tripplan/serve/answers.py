"""Answers to questions about trips, as bytes with a status: what a worker does, without the web."""

import json
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from tripplan.errors import InvalidInputError, NoPlanError, OutOfRangeError, TripplanError
from tripplan.output import outputs
from tripplan.output.drawing.basemap import Bounds
from tripplan.output.drawing.closer import CloserRoads
from tripplan.output.drawing.ground import ground_in
from tripplan.output.files.export import to_json
from tripplan.output.page.live import live, parts
from tripplan.planning.alternatives import alternatives
from tripplan.planning.grounds import ground_of
from tripplan.planning.planner import Planner
from tripplan.records.plan import Plan
from tripplan.records.region import Region
from tripplan.records.settings import Settings
from tripplan.records.trip import Trip
from tripplan.serve.questions import read_json, trip_and_car

JSON: Final = "application/json"
MOST_WAYS: Final = 5
TYPES: Final[Mapping[str, str]] = {
    ".html": "text/html; charset=utf-8",
    ".json": JSON,
    ".geojson": "application/geo+json",
    ".gpx": "application/gpx+xml",
    ".kml": "application/vnd.google-earth.kml+xml",
    ".csv": "text/csv; charset=utf-8",
    ".ics": "text/calendar; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
"""Media types of what a plan can be exported as, by its ending."""
SETTINGS: Final = Settings(fewer_stops_gap=0.0)
"""As the commands plan: what a stop fewer costs is always looked for."""


class Answer(NamedTuple):
    """What comes back of a question."""

    status: int
    """As of HTTP: 200 answered; 422 wrong, or there is no plan; 500 the program failed."""
    kind: str
    """Media type of the body."""
    body: bytes


def as_json(value: object, status: int = 200) -> Answer:
    """Return a value as an answer."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    return Answer(status, JSON, text.encode("utf-8", "replace"))


def refusal(error: TripplanError) -> Answer:
    """Return why there is no plan; nothing in it is from the files of the machine."""
    if isinstance(error, NoPlanError):
        told: dict[str, Any] = {"error": "no plan", "message": str(error)}
        told["ways_out"] = [
            {word: value if isinstance(value, int | float) else str(value)
             for word, value in way.items()}
            for way in error.ways_out
        ]  # fmt: skip
        if isinstance(error, OutOfRangeError):
            told["furthest"] = [error.furthest_lat, error.furthest_lon]
            told["furthest_name"] = error.furthest
        return as_json(told, 422)
    if isinstance(error, InvalidInputError):
        return as_json({"error": "invalid", "message": str(error), "field": error.field}, 422)
    return failed("the region's data cannot be used; see what the server printed")


def failed(message: str) -> Answer:
    """Return that the program failed; the reason is printed where it runs."""
    return as_json({"error": "failed", "message": message}, 500)


class Desk:
    """Plans and draws on one region.

    Parameters
    ----------
    region
        The region.
    """

    def __init__(self, region: Region) -> None:
        self.region = region
        self.planner = Planner(region, SETTINGS)
        self._closer = CloserRoads(region.network)
        self._tasks: dict[str, Callable[[Mapping[str, Any], str], Answer]] = {
            "plan": self._plan,
            "drawing": self._drawing,
            "ways": self._ways,
            "export": self._export,
            "ground": self._ground,
            "roads": self._roads,
        }

    @classmethod
    def on(cls, region: str, chargers: tuple[str, ...] = ()) -> "Desk":
        """Return the desk of a region by name, with chargers of one's own in place of its own."""
        return cls(ground_of(region, chargers))

    def answer(self, task: str, body: bytes, detail: str = "") -> Answer:
        """Answer a request, whatever is wrong with it.

        Parameters
        ----------
        task
            ``plan``, ``drawing``, ``ways``, ``export``, ``ground`` or ``roads``.
        body
            The question, JSON.
        detail
            What belongs to the task: of an export its ending.
        """
        try:
            return self._tasks[task](read_json(body), detail)
        except TripplanError as error:
            if not isinstance(error, NoPlanError | InvalidInputError):
                traceback.print_exc(file=sys.stderr)
            return refusal(error)
        except Exception:  # noqa: BLE001 - one bad question never ends a worker
            traceback.print_exc(file=sys.stderr)
            return failed("the program failed at this question; see what the server printed")

    def _planned(self, question: Mapping[str, Any]) -> Plan:
        return self.planner.plan(*trip_and_car(self.region, question))

    def _plan(self, question: Mapping[str, Any], _detail: str) -> Answer:
        return Answer(200, JSON, to_json(self._planned(question)).encode())

    def _drawing(self, question: Mapping[str, Any], _detail: str) -> Answer:
        asked = dict(question)
        held = _box(asked.pop("held", None))
        return as_json(live(self._planned(asked), self.region, held))

    def _ways(self, question: Mapping[str, Any], _detail: str) -> Answer:
        asked = dict(question)
        count = asked.pop("count", 3)
        if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MOST_WAYS:
            raise InvalidInputError(
                f"count: expected a whole number from 1 to {MOST_WAYS}", field="count"
            )
        trip, car = trip_and_car(self.region, asked)
        found = alternatives(self.planner, trip, car, count)
        drawn = parts(found)
        for way, plan in zip(drawn, found[1:], strict=True):
            way["change"] = change(trip, plan.trip)
        return as_json({"ways": drawn})

    def _export(self, question: Mapping[str, Any], detail: str) -> Answer:
        if detail not in TYPES:
            raise InvalidInputError(
                f"format: known are {', '.join(ending[1:] for ending in TYPES)}", field="format"
            )
        plan = self._planned(question)
        return Answer(200, TYPES[detail], outputs.to_bytes(plan, detail, self.region))

    def _ground(self, question: Mapping[str, Any], _detail: str) -> Answer:
        box = _box(question.get("box")) or self.bounds()
        return as_json({"ground": ground_in(box, self.region, None), "box": _corners(box)})

    def _roads(self, question: Mapping[str, Any], _detail: str) -> Answer:
        box, zoom = _box(question.get("box")), question.get("zoom")
        if box is None or not isinstance(zoom, int) or isinstance(zoom, bool):
            raise InvalidInputError(
                "expected south, west, north and east, degrees, and zoom, a whole number",
                field="zoom" if box else "box",
            )
        return as_json({**self._closer.within(box, zoom), "box": _corners(box)})

    def bounds(self) -> Bounds:
        """Return the box around the roads of the region."""
        net = self.region.network
        return Bounds(
            float(net.lat.min()), float(net.lon.min()), float(net.lat.max()), float(net.lon.max())
        )


def change(trip: Trip, other: Trip) -> dict[str, Any]:
    """Return the wishes that make another way the answer, by their words.

    Parameters
    ----------
    trip
        As it was asked.
    other
        As the other way was planned.
    """
    found: dict[str, Any] = {}
    if other.most_stops != trip.most_stops:
        found["most_stops"] = other.most_stops
    if other.chargers.banned != trip.chargers.banned:
        found["banned"] = list(other.chargers.banned)
    if other.avoid != trip.avoid:
        found["avoid"] = list(other.avoid)
    return found


def _corners(box: Bounds) -> list[float]:
    return [box.south, box.west, box.north, box.east]


def _box(given: object) -> Bounds | None:
    if given is None:
        return None
    limits = (90.0, 180.0, 90.0, 180.0)
    if (
        isinstance(given, list)
        and len(given) == len(limits)
        and all(
            isinstance(value, int | float) and abs(value) <= limit
            for value, limit in zip(given, limits, strict=True)
        )
        and given[0] <= given[2]
        and given[1] <= given[3]
    ):
        return Bounds(*map(float, given))
    raise InvalidInputError("box: expected south, west, north and east, degrees", field="box")
