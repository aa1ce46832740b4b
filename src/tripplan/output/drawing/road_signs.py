"""Signs along the route: numbers of its roads, and the exits by which it leaves them.

A number stands on the road, an exit beside it.  Each appears from the zoom level on at which it
hides no stop, no end and no sign before it, and at which its stretch is long enough to be seen.
Sizes in pixels are those of page.css.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from tripplan.output.drawing.basemap import mercator, route_columns
from tripplan.output.drawing.clearance import (
    TILE_PX,
    ZOOMS,
    Clearance,
    Mark,
    RouteLine,
    marks_of,
)
from tripplan.output.drawing.stop_labels import StopLabel, stop_labels
from tripplan.output.text import road_text, words
from tripplan.records.plan import Leg, Plan
from tripplan.units import EARTH_RADIUS_M, M_PER_KM

SIGN_LIMIT: Final = 90
MANY: Final = 12
"""Of so many plans the roads are looked at on a map of many."""
_LONGEST: Final = 9
"""Characters; longer numbers are no signs."""
_LETTER_PX, _ROOM_PX, _HALF_LINE_PX = 3.5, 7.0, 10.0
"""Half the width of a letter, and what is around a text: half its frame, with some room."""
_APART_PX: Final = 130.0
"""Signs of one number stand twice so far apart."""
_SHORTEST_PX: Final = 40.0
"""Where a stretch is shorter, it has no sign."""
_EVERY_KM: Final = 30.0
"""A stretch is given one more place for a sign on so many km; there is room for few at a time."""
_MOST_PLACES: Final = 31
_EXIT_ZOOM: Final = 10
"""Exits are of use to those who look closely."""
_EXIT_ASIDE_PX: Final = 8.0


@dataclass(frozen=True)
class Sign:
    """A sign on the map."""

    text: str
    lat: float
    lon: float
    zoom: int
    """Zoom level from which there is room for it."""
    side: str
    """Where it stands from its place: one of "on", "right", "left", "above" and "below"."""
    exit: bool
    """Whether it is of an exit, else of a road."""


class _Candidate(NamedTuple):
    order: tuple[float, ...]
    text: str
    lat: float
    lon: float
    zoom: float
    """It has no room before."""
    exit: bool = False


_SIDES: Final = {
    "on": (0.0, 0.0),
    "right": (1.0, 0.0),
    "left": (-1.0, 0.0),
    "above": (0.0, -1.0),
    "below": (0.0, 1.0),
}
"""Where a sign may stand, to the right and down: a number on its place, an exit beside it."""


class Lettering(NamedTuple):
    """What is written along a route."""

    stop_labels: tuple[StopLabel, ...]
    """Beside its stops."""
    signs: tuple[Sign, ...]
    """Of its roads: numbers, those of long stretches first, then exits."""
    marks: tuple[Mark, ...]
    """What these hide."""


def lettering(plan: Plan) -> Lettering:
    """Return what is written along a route: placed once, for all who keep clear of it."""
    labels = stop_labels(plan)
    beside = [mark for _, mark in labels]
    found = sorted(one for leg in plan.legs for one in (*_numbers(leg), *_exits(leg)))
    signs = _placed(found, [plan], beside)[:SIGN_LIMIT] if found else ()
    return Lettering(tuple(label for label, _ in labels), signs, (*beside, *_marks_of_signs(signs)))


def many_road_signs(plans: Sequence[Plan]) -> tuple[Sign, ...]:
    """Return the numbers of the roads of several plans, those of long stretches first.

    Of plans over the same roads one is looked at, and of all no more than `MANY`, the longest.
    """
    ways = {tuple((one.ref, round(one.to_km)) for leg in plan.legs for one in leg.roads): plan
            for plan in plans}  # fmt: skip
    looked_at = sorted(ways.values(), key=lambda plan: -plan.distance_km)[:MANY]
    found = {one for plan in looked_at for leg in plan.legs for one in _numbers(leg)}
    return _placed(sorted(found), looked_at)[:SIGN_LIMIT] if found else ()


def _marks_of_signs(signs: Sequence[Sign]) -> list[Mark]:
    """Return what signs hide."""
    if not signs:
        return []
    columns = _columns([(sign.lat, sign.lon) for sign in signs], [sign.text for sign in signs])
    sides = list(_SIDES)
    return [columns.mark((k, sides.index(s.side)), s.zoom) for k, s in enumerate(signs)]


def _numbers(leg: Leg) -> Iterator[_Candidate]:
    """Yield places for the numbers of a leg's roads: the middle of each stretch, then others."""
    for one in leg.roads:
        text = words.one_line(one.ref, 40)
        km = one.to_km - one.from_km
        if not 0 < len(text) <= _LONGEST or km <= 0:
            continue
        places = min(_MOST_PLACES, 1 + int(km / _EVERY_KM))
        zoom = _zoom_of(km, leg, 0.5 * (one.from_km + one.to_km))
        for number in range(1, places + 1):
            share = _spread(number)
            lat, lon = _at(leg, one.from_km + share * km)
            yield _Candidate((0.0, math.log2(number) // 1, -km), text, lat, lon, zoom)


def _exits(leg: Leg) -> Iterator[_Candidate]:
    for one in leg.roads:
        text = road_text.exit_in_words(one)
        if text and len(text) <= 3 * _LONGEST:
            lat, lon = _at(leg, one.to_km)
            yield _Candidate((1.0, 0.0, one.to_km), text, lat, lon, _EXIT_ZOOM, exit=True)


def _spread(number: int) -> float:
    """Return 1/2, 1/4, 3/4, 1/8, 5/8, ...: shares of a stretch, ever closer together."""
    share, part = 0.0, 0.5
    while number:
        share, part, number = share + part * (number % 2), 0.5 * part, number // 2
    return share


def _at(leg: Leg, km: float) -> tuple[float, float]:
    trace = leg.trace
    lat = float(np.interp(km, trace.distance_km, trace.lat))
    return lat, float(np.interp(km, trace.distance_km, trace.lon))


def _zoom_of(km: float, leg: Leg, at_km: float) -> float:
    """Return the zoom level from which a stretch is long enough to have a sign."""
    lat, _ = _at(leg, at_km)
    around_km = 2.0 * math.pi * EARTH_RADIUS_M / M_PER_KM * math.cos(math.radians(lat))
    return math.log2(_SHORTEST_PX * around_km / (TILE_PX * km))


def _columns(places: Sequence[tuple[float, float]], texts: Sequence[str]) -> Clearance:
    """Return all places where all signs could stand, columns of shape (signs, sides)."""
    at = np.array(places)
    x, y = mercator(at[:, :1], at[:, 1:])
    wide = _ROOM_PX + _LETTER_PX * np.array([[len(text)] for text in texts])
    side = np.array(list(_SIDES.values()))
    right = side[:, 0] * (wide + _EXIT_ASIDE_PX)
    down = side[:, 1] * (_HALF_LINE_PX + _EXIT_ASIDE_PX)
    return Clearance(x, y, wide, _HALF_LINE_PX, right, down)


def _placed(
    candidates: Sequence[_Candidate], plans: Sequence[Plan], beside: Sequence[Mark] = ()
) -> tuple[Sign, ...]:
    columns = _columns([(c.lat, c.lon) for c in candidates], [c.text for c in candidates])
    marks = dict.fromkeys(mark for plan in plans for mark in marks_of(plan))
    for mark in (*marks, *beside):
        columns.keep_clear(mark)
    texts = np.array([[one.text] for one in candidates])
    exits = any(one.exit for one in candidates)
    road = RouteLine(*route_columns(plans[0]), ZOOMS) if exits else None
    waiting = list(range(len(candidates)))
    signs: list[Sign] = []
    for zoom in ZOOMS:
        still = []
        for number in waiting:
            one = candidates[number]
            side = _side(columns, number, one, zoom, road) if zoom >= one.zoom else ""
            if not side:
                still.append(number)
                continue
            mark = columns.mark((number, list(_SIDES).index(side)), zoom)
            columns.keep_clear(mark)
            alone = Mark(mark.x, mark.y, _APART_PX, _APART_PX, zoom=zoom)
            columns.keep_clear(alone, texts == one.text)
            place = round(one.lat, 5), round(one.lon, 5)
            signs.append(Sign(one.text, *place, zoom, side, exit=one.exit))
        waiting = still
    return tuple(signs)


def _side(
    columns: Clearance, number: int, one: _Candidate, zoom: int, road: RouteLine | None
) -> str:
    """Return where a sign has room at a zoom level and below; empty: nowhere."""
    for position, side in enumerate(_SIDES):
        if (side == "on") == one.exit or not columns.is_clear((number, position), zoom):
            continue
        mark = columns.mark((number, position))
        if road is None or not one.exit or road.spares(mark, zoom):
            return side
    return ""
