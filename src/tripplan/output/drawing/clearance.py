"""What hides what on the map: things drawn at places, apart by parts of the world and by pixels.

Sizes in pixels are those of page.css.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tripplan.arrays import Flags, Floats
from tripplan.output.drawing.basemap import mercator
from tripplan.records.plan import ChargingStop, Plan
from tripplan.records.trip import Place

TILE_PX = 256.0
ZOOMS = range(4, 16)
"""Whole zoom levels at which things may begin to be shown."""
_END_LETTER_PX, _END_NAME_PX = 4.3, 25.0
"""Half the width of a letter of an end's name, and how far its middle stands above or below."""
_END_HIGH_PX = 14.0
"""Half the height of it."""
_LOOK_PX = 700.0
"""Of the longer side of the route when all of it is in view (assumption)."""
_LINE = ("lat", "lon")
_ROAD_PX, _ROAD_STEP_PX = 4.0, 6.0
"""Half the width of the route's line, and how far its points may lie apart."""
_DEEPER = 1.5
"""So many levels below its first one, a thing still keeps clear of the road."""


@dataclass(frozen=True)
class Mark:
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
    zoom: float = 0.0
    """Zoom level from which it is drawn."""


def marks_of(plan: Plan) -> list[Mark]:
    """Return where stops stand with their tags, and both ends with their names."""
    marks = [Mark(*_at(stop), 34.0, 26.0, down=9.0) for stop in plan.stops]
    for place, start in ((plan.trip.origin, True), (plan.trip.destination, False)):
        x, y = _at(place)
        down = _END_NAME_PX if name_below(plan, start=start) else -_END_NAME_PX
        name = Mark(x, y, _half_width_px(place), _END_HIGH_PX, down=down)
        marks += [Mark(x, y, 12.0, 12.0), name]
    return marks


def name_below(plan: Plan, *, start: bool) -> bool:
    """Tell whether the name of an end stands below it: where it hides less of the route.

    Held against the route as the whole of it is seen at first.  Where that makes no difference,
    names stand on the side from which the route does not come.
    """
    place = plan.trip.origin if start else plan.trip.destination
    x, y = mercator(*(np.concatenate([getattr(leg.trace, c) for leg in plan.legs]) for c in _LINE))
    across = max(float(np.ptp(x)), float(np.ptp(y)))
    if across > 0.0:
        along = np.concatenate(([0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))))
        steps = np.arange(0.0, along[-1], _ROAD_STEP_PX / _LOOK_PX * across)
        at_x, at_y = _at(place)
        right = (np.interp(steps, along, x) - at_x) * _LOOK_PX / across
        down = (np.interp(steps, along, y) - at_y) * _LOOK_PX / across
        wide = np.abs(right) < _half_width_px(place) + _ROAD_PX
        below, above = (
            int(np.count_nonzero(wide & (np.abs(down - middle) < _END_HIGH_PX + _ROAD_PX)))
            for middle in (_END_NAME_PX, -_END_NAME_PX)
        )
        if below != above:
            return below < above
    leg = plan.legs[0] if start else plan.legs[-1]
    here, there = (leg.start, leg.end) if start else (leg.end, leg.start)
    return there.lat > here.lat


def _half_width_px(place: Place) -> float:
    """Return half the width of an end's name."""
    return 12.0 + _END_LETTER_PX * min(len(place.label), 40)


def _at(place: Place | ChargingStop) -> tuple[float, float]:
    x, y = mercator(np.array([place.lat]), np.array([place.lon]))
    return float(x[0]), float(y[0])


class Clearance:
    """From which scale on things that may be drawn hide nothing that is.

    Parameters
    ----------
    x, y
        Their places in web-mercator; these and the others have shapes that go together.
    wide, high
        Half their width and height. [px]
    right, down
        From their places to their middles. [px]
    """

    def __init__(
        self, x: Floats, y: Floats, wide: Floats, high: float, right: Floats, down: Floats
    ) -> None:
        self.x, self.y, self.wide, self.high, self.right, self.down = np.broadcast_arrays(
            x, y, wide, high, right, down
        )
        self.clear_from = np.zeros(self.x.shape)
        """Width of the world from which on nothing is hidden, pixels."""

    def mark(self, index: tuple[int, ...], zoom: float = 0.0) -> Mark:
        """Return one of the things, drawn from a zoom level on."""
        columns = (self.x, self.y, self.wide, self.high, self.right, self.down)
        x, y, wide, high, right, down = (float(column[index]) for column in columns)
        return Mark(x, y, wide, high, right, down, zoom)

    def is_clear(self, index: tuple[int, ...], zoom: float) -> bool:
        """Tell whether a thing hides nothing at a zoom level and below."""
        return bool(self.clear_from[index] <= TILE_PX * 2.0**zoom)

    def keep_clear(self, mark: Mark, of: Flags | None = None) -> None:
        """Let nothing lie on a mark where it is drawn.

        Two things that are apart by some part of the world and by some pixels overlap over one
        range of scales.

        Parameters
        ----------
        mark
            What is drawn.
        of
            Which of the things keep clear of it, shape (things, sides) or (things, 1); None: all.
        """
        x_from, x_to = _scales(self.x - mark.x, self.right - mark.right, self.wide + mark.wide)
        y_from, y_to = _scales(self.y - mark.y, self.down - mark.down, self.high + mark.high)
        begins, ends = np.maximum(x_from, y_from), np.minimum(x_to, y_to)
        hidden = (begins < ends) & (begins < TILE_PX * 2.0 ** ZOOMS[-1])
        hidden &= ends > TILE_PX * 2.0**mark.zoom
        if of is not None:
            hidden &= of
        self.clear_from = np.where(hidden, np.maximum(self.clear_from, ends), self.clear_from)


def _scales(apart: Floats, moved: Floats, size: Floats | float) -> tuple[Floats, Floats]:
    """Return between which scales, 0 or more, ``|apart scale + moved| < size``."""
    with np.errstate(divide="ignore", invalid="ignore"):
        one, other = (-size - moved) / apart, (size - moved) / apart
    always = np.abs(moved) < size
    low = np.where(apart == 0.0, np.where(always, 0.0, np.inf), np.minimum(one, other))
    high = np.where(apart == 0.0, np.where(always, np.inf, 0.0), np.maximum(one, other))
    return np.maximum(low, 0.0), np.maximum(high, 0.0)


class RouteLine:
    """The route's line as points close together, at zoom levels between which the map stops.

    Parameters
    ----------
    lat, lon
        Its points, shape (points,). [deg]
    zooms
        Levels at which things are held against it, the deepest of them included.
    """

    def __init__(self, lat: Floats, lon: Floats, zooms: Sequence[int]) -> None:
        x, y = mercator(lat, lon)
        along = np.concatenate(([0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))))
        self.lines = {}
        for zoom in (0.5 * half for half in range(2 * zooms[0], 2 * zooms[-1] + 1)):
            step = _ROAD_STEP_PX / (TILE_PX * 2.0**zoom)
            at = np.arange(0.0, along[-1] + step, step)
            self.lines[zoom] = np.interp(at, along, x), np.interp(at, along, y)

    def spares(self, mark: Mark, zoom: int) -> bool:
        """Tell whether a thing covers no part of the road at a zoom level and somewhat deeper."""
        near = (half for half in self.lines if zoom <= half <= zoom + _DEEPER)
        return not any(self._is_below(mark, half) for half in near)

    def _is_below(self, mark: Mark, zoom: float) -> bool:
        scale = TILE_PX * 2.0**zoom
        x, y = self.lines[zoom]
        near = np.abs((x - mark.x) * scale - mark.right) < mark.wide + _ROAD_PX
        return bool((np.abs((y[near] - mark.y) * scale - mark.down) < mark.high + _ROAD_PX).any())
