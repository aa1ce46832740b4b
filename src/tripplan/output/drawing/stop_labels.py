"""What stands beside the stops on the map: the charge on arrival, and for how long the car stays.

A label keeps clear of the stops, of the ends and of the labels before it from its zoom level on,
and of the road of the route where it can.  Sizes in pixels are those of page.css.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from tripplan.output.drawing.basemap import mercator, route_columns
from tripplan.output.drawing.clearance import TILE_PX, Clearance, Mark, RouteLine, marks_of
from tripplan.output.text import words
from tripplan.records.plan import ChargingStop, Plan

_LETTER_PX, _ROOM_PX, _HALF_LINE_PX = 3.7, 8.0, 10.0
"""Half the width of a letter, what stands around the text, and half the height of a line."""
_BADGE_PX, _GAP_PX = 18.0, 6.0
_TAG: Final = (34.0, 9.0, 27.0)
"""Of a made-up stop's tag: half its width and height, and how far below the stop it stands."""
_SIDES: Final = {
    "right": (1.0, 0.0),
    "left": (-1.0, 0.0),
    "above": (0.0, -1.0),
    "below": (0.0, 1.0),
}
_FIRST_ZOOM, _LAST_ZOOM, _STEPS = 3.0, 12.0, 4
"""Between these levels labels begin, at so many steps a level."""
_ROAD_ZOOMS: Final = range(4, 13)
_ON_ROAD: Final = 1.0
"""So many levels later a label may begin in order not to lie on the road."""


@dataclass(frozen=True)
class StopLabel:
    """What stands beside a stop."""

    text: str
    lat: float
    lon: float
    zoom: float
    """Zoom level from which there is room for it."""
    side: str
    """Right, left, above or below."""


def told(stop: ChargingStop) -> str:
    """Return "12% · 24 min": the charge on arrival and how long the car stays."""
    soc = words.percent(stop.arrival_soc)
    return f"{soc} · {words.duration(stop.duration_s)}" if stop.duration_s >= 1.0 else soc


def stop_labels(plan: Plan) -> list[tuple[StopLabel, Mark]]:
    """Return what stands beside the stops of a plan, each with what it hides.

    Those that never have room are left out.
    """
    if not plan.stops:
        return []
    texts = [told(stop) for stop in plan.stops]
    columns = _columns(plan.stops, texts)
    for number, stop in enumerate(plan.stops):
        x, y = columns.x[number, 0], columns.y[number, 0]
        others = np.arange(len(texts))[:, np.newaxis] != number
        columns.keep_clear(Mark(x, y, _BADGE_PX, _BADGE_PX), others)
        if stop.illustrative:
            columns.keep_clear(Mark(x, y, *_TAG[:2], down=_TAG[2]))
    for mark in marks_of(plan)[len(plan.stops) :]:
        columns.keep_clear(mark)
    road = RouteLine(*route_columns(plan), _ROAD_ZOOMS)
    placed = []
    for number, stop in enumerate(plan.stops):
        zooms = [_zoom(columns.clear_from[number, side]) for side in range(len(_SIDES))]
        late = [
            zoom + (0.0 if road.spares(columns.mark((number, side)), _whole(zoom)) else _ON_ROAD)
            for side, zoom in enumerate(zooms)
        ]
        side = int(np.argmin(late))
        if zooms[side] > _LAST_ZOOM:
            continue
        mark = columns.mark((number, side), zooms[side])
        columns.keep_clear(mark)
        place = round(stop.lat, 5), round(stop.lon, 5)
        placed.append((StopLabel(texts[number], *place, zooms[side], list(_SIDES)[side]), mark))
    return placed


def _zoom(scale: float) -> float:
    """Return the zoom level, in quarters, from which the world is wider than so many pixels."""
    if math.isinf(scale):
        return math.inf
    level = math.log2(max(scale, 1.0) / TILE_PX)
    return max(_FIRST_ZOOM, math.ceil(level * _STEPS) / _STEPS)


def _whole(zoom: float) -> int:
    return int(min(max(zoom, _ROAD_ZOOMS[0]), _ROAD_ZOOMS[-1]))


def _columns(stops: tuple[ChargingStop, ...], texts: list[str]) -> Clearance:
    """Return all places where all labels could stand, columns of shape (stops, sides)."""
    at = np.array([(stop.lat, stop.lon) for stop in stops])
    x, y = mercator(at[:, :1], at[:, 1:])
    wide = _ROOM_PX + _LETTER_PX * np.array([[len(text)] for text in texts])
    side = np.array(list(_SIDES.values()))
    right = side[:, 0] * (_BADGE_PX + _GAP_PX + wide)
    down = side[:, 1] * (_BADGE_PX + _GAP_PX + _HALF_LINE_PX)
    return Clearance(x, y, wide, _HALF_LINE_PX, right, down)
