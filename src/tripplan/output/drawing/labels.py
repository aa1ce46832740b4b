"""Names of towns on the map: which ones, from which zoom level, and on which side of their dot.

A name keeps clear of the names before it, of the stops and of the ends at its first zoom level and
at all deeper ones; of the road of the route at its first levels.  Sizes in pixels are those of
page.css.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tripplan.arrays import Floats
from tripplan.output.drawing.basemap import (
    Bounds,
    distance_km,
    holds_place,
    mercator,
    route_columns,
)
from tripplan.records.gazetteer import CHARGER, GazetteerEntry
from tripplan.records.plan import ChargingStop, Plan
from tripplan.records.region import Region
from tripplan.records.trip import Place

TOWN_LIMIT = 90
NEAR_KM = 8.0
"""Towns this near to the route go first."""
ZOOMS = range(4, 13)
_LETTER_PX, _HALF_LINE_PX = 3.6, 8.0
"""Half the width of a letter and half the height of a line, with some room."""
_AWAY_PX, _ASIDE_PX, _CORNER_PX = 12.0, 4.0, 1.0
"""Where the middle of a name stands from its dot, up and down; and how far its near end is from the
dot, beside it and at a corner."""
_END_LETTER_PX, _END_NAME_PX = 4.3, 34.0
"""Half the width of a letter of an end's name, and how far that stands above or below."""
_ROAD_PX, _ROAD_STEP_PX = 4.0, 6.0
"""Half the width of the route's line, and how far its points may lie apart."""
_TILE_PX = 256.0
_HALVES = tuple(0.5 * half for half in range(2 * ZOOMS[0], 2 * ZOOMS[-1] + 1))
"""Zoom levels at which names are held against the road; the map stops between whole ones, too."""
_DEEPER = 1.5
"""So many levels below its first one, a name still keeps clear of the road."""
SIDES = {
    "below": (0.0, 1.0),
    "above": (0.0, -1.0),
    "right": (1.0, 0.0),
    "left": (-1.0, 0.0),
    "below-right": (1.0, 1.0),
    "above-right": (1.0, -1.0),
    "below-left": (-1.0, 1.0),
    "above-left": (-1.0, -1.0),
}
"""Where a name may stand, the usual side first: to the right, and down."""


@dataclass(frozen=True)
class Label:
    """A town's name on the map."""

    text: str
    lat: float
    lon: float
    zoom: int
    """Zoom level from which there is room for it."""
    side: str
    """One of `SIDES`."""


def town_labels(region: Region, plan: Plan, box: Bounds) -> tuple[Label, ...]:
    """Choose names of towns: the populous and those near the route, each where there is room.

    A label appears from the zoom level at which it hides no label before it, no stop, no end and no
    part of the route.  Names of chargers are none of towns.
    """
    lat, lon = route_columns(plan)
    ranked = []
    for entry in region.gazetteer.entries:
        if entry.kind == CHARGER or not holds_place(box, entry):
            continue
        near = distance_km(entry.lat, entry.lon, lat, lon) <= NEAR_KM
        score = math.log10(max(entry.population, 1)) + (1.0 if near else 0.0)
        ranked.append((-score, entry.name, entry))
    ranked.sort(key=lambda item: item[:2])
    towns = [entry for *_, entry in ranked[: 4 * TOWN_LIMIT]]
    return _placed(towns, plan)[:TOWN_LIMIT] if towns else ()


def name_below(plan: Plan, *, start: bool) -> bool:
    """Tell whether the route lies north of an end, so that its name has room below."""
    leg = plan.legs[0] if start else plan.legs[-1]
    here, there = (leg.start, leg.end) if start else (leg.end, leg.start)
    return there.lat > here.lat


def _placed(towns: Sequence[GazetteerEntry], plan: Plan) -> tuple[Label, ...]:
    names = _Names(towns)
    for mark in _taken(plan):
        names.keep_clear(mark)
    road = _Road(*route_columns(plan))
    waiting = list(range(len(towns)))
    labels: list[Label] = []
    for zoom in ZOOMS:
        still = []
        for town in waiting:
            for number, side in enumerate(SIDES):
                mark = names.mark(town, number)
                if names.is_clear(town, number, zoom) and road.spares(mark, zoom):
                    names.keep_clear(mark)
                    entry = towns[town]
                    place = round(entry.lat, 4), round(entry.lon, 4)
                    labels.append(Label(entry.name, *place, zoom, side))
                    break
            else:
                still.append(town)
        waiting = still
        if len(labels) >= TOWN_LIMIT:
            break
    return tuple(labels)


@dataclass(frozen=True)
class _Mark:
    """Something drawn: a place in web-mercator, and pixels from there."""

    x: float
    y: float
    wide: float
    """Half its width, pixels; ..."""
    high: float
    """... and half its height."""
    right: float = 0.0
    """Pixels from the place to its middle, ..."""
    down: float = 0.0


def _taken(plan: Plan) -> list[_Mark]:
    """Return where stops stand with their tags, and both ends with their names."""
    marks = [_Mark(*_at(stop), 34.0, 26.0, down=9.0) for stop in plan.stops]
    for place, start in ((plan.trip.origin, True), (plan.trip.destination, False)):
        x, y = _at(place)
        wide = 12.0 + _END_LETTER_PX * min(len(place.label), 40)
        down = _END_NAME_PX if name_below(plan, start=start) else -_END_NAME_PX
        marks += [_Mark(x, y, 12.0, 12.0), _Mark(x, y, wide, 14.0, down=down)]
    return marks


def _at(place: Place | ChargingStop) -> tuple[float, float]:
    x, y = mercator(np.array([place.lat]), np.array([place.lon]))
    return float(x[0]), float(y[0])


class _Names:
    """All places where all names could stand, columns of shape (towns, sides)."""

    def __init__(self, towns: Sequence[GazetteerEntry]) -> None:
        place = np.array([(town.lat, town.lon) for town in towns])
        self.x, self.y = mercator(place[:, :1], place[:, 1:])
        self.wide = 4.0 + _LETTER_PX * np.array([[len(town.name)] for town in towns])
        side = np.array(list(SIDES.values()))
        corner = (side != 0.0).all(axis=1)
        self.right = side[:, 0] * (self.wide + np.where(corner, _CORNER_PX, _ASIDE_PX))
        self.down = np.broadcast_to(side[:, 1] * _AWAY_PX, self.right.shape)
        self.clear_from = np.zeros(self.right.shape)
        """Scale from which on nothing is hidden: width of the world, pixels."""

    def mark(self, town: int, side: int) -> _Mark:
        """Return one name at one side."""
        return _Mark(
            float(self.x[town, 0]),
            float(self.y[town, 0]),
            float(self.wide[town, 0]),
            _HALF_LINE_PX,
            float(self.right[town, side]),
            float(self.down[town, side]),
        )

    def is_clear(self, town: int, side: int, zoom: int) -> bool:
        """Tell whether a name hides nothing at a zoom level and below."""
        return bool(self.clear_from[town, side] <= _TILE_PX * 2.0**zoom)

    def keep_clear(self, mark: _Mark) -> None:
        """Let no name lie on a mark.

        Two things that are apart by some part of the world and by some pixels overlap over one
        range of scales.
        """
        x_from, x_to = _scales(self.x - mark.x, self.right - mark.right, self.wide + mark.wide)
        y_from, y_to = _scales(self.y - mark.y, self.down - mark.down, _HALF_LINE_PX + mark.high)
        begins, ends = np.maximum(x_from, y_from), np.minimum(x_to, y_to)
        hidden = (begins < ends) & (begins < _TILE_PX * 2.0 ** ZOOMS[-1])
        self.clear_from = np.where(hidden, np.maximum(self.clear_from, ends), self.clear_from)


def _scales(apart: Floats, moved: Floats, size: Floats | float) -> tuple[Floats, Floats]:
    """Return between which scales, 0 or more, ``|apart scale + moved| < size``."""
    with np.errstate(divide="ignore", invalid="ignore"):
        one, other = (-size - moved) / apart, (size - moved) / apart
    always = np.abs(moved) < size
    low = np.where(apart == 0.0, np.where(always, 0.0, np.inf), np.minimum(one, other))
    high = np.where(apart == 0.0, np.where(always, np.inf, 0.0), np.maximum(one, other))
    return np.maximum(low, 0.0), np.maximum(high, 0.0)


class _Road:
    """The route's line as points close together, at each zoom level of `_HALVES`."""

    def __init__(self, lat: Floats, lon: Floats) -> None:
        x, y = mercator(lat, lon)
        along = np.concatenate(([0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))))
        self.lines = {}
        for zoom in _HALVES:
            step = _ROAD_STEP_PX / (_TILE_PX * 2.0**zoom)
            at = np.arange(0.0, along[-1] + step, step)
            self.lines[zoom] = np.interp(at, along, x), np.interp(at, along, y)

    def spares(self, mark: _Mark, zoom: int) -> bool:
        """Tell whether a thing covers no part of the road at a zoom level and somewhat deeper."""
        halves = (half for half in _HALVES if zoom <= half <= zoom + _DEEPER)
        return not any(self._is_below(mark, half) for half in halves)

    def _is_below(self, mark: _Mark, zoom: float) -> bool:
        scale = _TILE_PX * 2.0**zoom
        x, y = self.lines[zoom]
        near = np.abs((x - mark.x) * scale - mark.right) < mark.wide + _ROAD_PX
        return bool((np.abs((y[near] - mark.y) * scale - mark.down) < mark.high + _ROAD_PX).any())
