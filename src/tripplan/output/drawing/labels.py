"""Names of towns on the map: which ones, from which zoom level, and on which side of their dot.

A name keeps clear of the names before it, of the stops and what stands beside them, of the ends and
of the signs of the route's roads at its first zoom level and at all deeper ones; of the road of the
route at its first levels.
Sizes in pixels are those of page.css.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tripplan.output.drawing.basemap import (
    Bounds,
    distance_km,
    holds_place,
    mercator,
    route_columns,
)
from tripplan.output.drawing.clearance import Clearance, Mark, RouteLine, marks_of
from tripplan.records.gazetteer import CHARGER, GazetteerEntry
from tripplan.records.plan import Plan
from tripplan.records.region import Region

TOWN_LIMIT = 90
NEAR_KM = 8.0
"""Towns this near to the route go first."""
ZOOMS = range(4, 13)
_LETTER_PX, _HALF_LINE_PX = 3.6, 8.0
"""Half the width of a letter and half the height of a line, with some room."""
_AWAY_PX, _ASIDE_PX, _CORNER_PX = 12.0, 4.0, 1.0
"""Where the middle of a name stands from its dot, up and down; and how far its near end is from the
dot, beside it and at a corner."""
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


def town_labels(region: Region, plan: Plan, box: Bounds, told: Sequence[Mark]) -> tuple[Label, ...]:
    """Choose names of towns: the populous and those near the route, each where there is room.

    A label appears from the zoom level at which it hides no label before it, no stop, no end and no
    part of the route.  Names of chargers are none of towns.

    Parameters
    ----------
    region
        Where the towns are.
    plan
        The plan.
    box
        Where to look for them.
    told
        What is written along the route, as `road_signs.lettering` says.
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
    return _placed(towns, plan, told)[:TOWN_LIMIT] if towns else ()


def _placed(towns: Sequence[GazetteerEntry], plan: Plan, told: Sequence[Mark]) -> tuple[Label, ...]:
    names = _names(towns)
    for mark in (*marks_of(plan), *told):
        names.keep_clear(mark)
    road = RouteLine(*route_columns(plan), ZOOMS)
    waiting = list(range(len(towns)))
    labels: list[Label] = []
    for zoom in ZOOMS:
        still = []
        for town in waiting:
            for number, side in enumerate(SIDES):
                mark = names.mark((town, number))
                if names.is_clear((town, number), zoom) and road.spares(mark, zoom):
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


def _names(towns: Sequence[GazetteerEntry]) -> Clearance:
    """Return all places where all names could stand, columns of shape (towns, sides)."""
    place = np.array([(town.lat, town.lon) for town in towns])
    x, y = mercator(place[:, :1], place[:, 1:])
    wide = 4.0 + _LETTER_PX * np.array([[len(town.name)] for town in towns])
    side = np.array(list(SIDES.values()))
    corner = (side != 0.0).all(axis=1)
    right = side[:, 0] * (wide + np.where(corner, _CORNER_PX, _ASIDE_PX))
    return Clearance(x, y, wide, _HALF_LINE_PX, right, side[:, 1] * _AWAY_PX)
