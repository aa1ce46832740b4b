"""The roads of a region in a box of it, for a map that is zoomed in: more of them, and finer.

Columns of the whole region in, lines and signs of one box out; the same box gives the same answer.
"""

from collections import OrderedDict
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from tripplan.arrays import Floats
from tripplan.output.drawing.basemap import (
    FLOORS_KMH,
    MAJOR_KMH,
    Bounds,
    Road,
    fitted_roads,
    lines_of,
)
from tripplan.output.drawing.clearance import TILE_PX
from tripplan.output.drawing.markup import name, tag
from tripplan.records.network import ROAD_CLASSES, RoadNetwork
from tripplan.routing.geometry import arc_points

MOST_POINTS: Final = 12_000
"""Points of the roads of one box together; where there are more, roads of lesser classes stay
away: by their limits, which change along a road, it would be drawn in pieces."""
_LESSER: Final = tuple(
    ROAD_CLASSES.index(one)
    for one in ("ferry", "residential", "unclassified", "tertiary", "secondary", "primary", "trunk")
)
"""The least class that is drawn, the most roads first."""
_MAJOR: Final = ROAD_CLASSES.index("primary")
_FERRY: Final = ROAD_CLASSES.index("ferry")
MOST_SIGNS: Final = 30
DEEPEST_ZOOM: Final = 18
_KEPT: Final = 32
"""So many boxes are remembered; each is some 100 kB."""
_LONGEST: Final = 24
"""Characters of a sign; longer names have none."""
_OFF_PX: Final = 0.4
"""So far may a line lie beside its road."""
_WIDE_PX, _HIGH_PX = 110.0, 60.0
"""Two signs stand at least so far apart, in width or in height."""
_LETTER_PX: Final = 8.0
"""Of a road so long for each letter of its sign can be seen that it is meant (assumption)."""
_STEPS: Final = 1e5
"""Of a degree: what lines are packed in."""


class CloserRoads:
    """The roads of a region, box by box.

    Parameters
    ----------
    network
        The roads of the region.
    """

    def __init__(self, network: RoadNetwork) -> None:
        self._network = network
        classes = network.road_class[network.road_class != _FERRY]
        self._knows_classes = np.unique(classes).size > 1
        self._arcs: NDArray[np.intp] | None = None
        self._extent = np.zeros((4, 0))
        self._kept: OrderedDict[tuple[Bounds, int], dict[str, Any]] = OrderedDict()

    def within(self, box: Bounds, zoom: int) -> dict[str, Any]:
        """Return the roads of a box, minor and major, packed, and signs with what they are called.

        Parameters
        ----------
        box
            The box.
        zoom
            At which zoom level it is looked at: lines are as fine, and signs as far apart.
        """
        key = (box, min(max(zoom, 0), DEEPEST_ZOOM))
        if key not in self._kept:
            self._kept[key] = self._drawn(*key)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]

    def _drawn(self, box: Bounds, zoom: int) -> dict[str, Any]:
        arcs = self._crossing(box)
        px_per_deg = TILE_PX * 2.0**zoom / 360.0
        rank, limit_kmh = self._network.road_class[arcs], self._network.speed_limit_kmh[arcs]
        if self._knows_classes:
            major, choices = rank <= _MAJOR, [rank <= lesser for lesser in _LESSER]
        else:  # a region that does not know classes
            major = limit_kmh >= MAJOR_KMH
            choices = [limit_kmh >= floor_kmh for floor_kmh in FLOORS_KMH]
        roads, choice = fitted_roads(
            lines_of(self._network, arcs, box.stretch),
            major,
            choices,
            box,
            (_OFF_PX * box.stretch / px_per_deg, 3.0 * _OFF_PX * box.stretch / px_per_deg),
            MOST_POINTS,
            clipped=True,
        )
        shown = arcs[choices[choice]]
        return {
            "roads": [
                [packed(road) for road in roads if road.major == major] for major in (False, True)
            ],
            "signs": self._signs(shown, box, px_per_deg),
        }

    def _crossing(self, box: Bounds) -> NDArray[np.intp]:
        """Return the arcs that may pass through a box, one of each pair of directions."""
        if self._arcs is None:
            self._arcs, self._extent = _extents(self._network)
        south, west, north, east = self._extent
        meets = (south <= box.north) & (north >= box.south)
        return self._arcs[meets & (west <= box.east) & (east >= box.west)]

    def _signs(self, arcs: NDArray[np.intp], box: Bounds, px_per_deg: float) -> list[list[Any]]:
        """Return place and text of what the longest roads are called, apart from each other."""
        named = self._network.name_of_arc[arcs]
        arcs, named = arcs[named >= 0], named[named >= 0]
        texts = np.array([_text(*one[:2]) for one in self._network.road_names] or [""])[named]
        known = texts != ""
        arcs, texts = arcs[known], texts[known]
        if not arcs.size:
            return []
        stretch = box.stretch
        words, which = np.unique(texts, return_inverse=True)
        lines = lines_of(self._network, arcs, stretch)
        corners = (box.south, box.west * stretch, box.north, box.east * stretch)
        found = []
        for number, text in enumerate(words.tolist()):
            merged = shapely.line_merge(shapely.multilinestrings(lines[which == number]))
            parts = shapely.get_parts(shapely.clip_by_rect(merged, *corners))
            if not parts.size:
                continue
            length_px = shapely.length(parts) * px_per_deg / stretch
            best = int(np.argmax(length_px))
            if length_px[best] >= _LETTER_PX * len(text):
                middle = shapely.line_interpolate_point(parts[best], 0.5, normalized=True)
                found.append((-float(length_px[best]), text, middle.x, middle.y / stretch))
        placed: list[tuple[str, float, float]] = []
        for _, text, lat, lon in sorted(found):
            away = (
                abs(lon - other_lon) * px_per_deg < _WIDE_PX
                and abs(lat - other_lat) * px_per_deg / stretch < _HIGH_PX
                for _, other_lat, other_lon in placed
            )
            if not any(away) and len(placed) < MOST_SIGNS:
                placed.append((text, lat, lon))
        return [
            [round(lat, 5), round(lon, 5), tag("span", name(text, 40)), text]
            for text, lat, lon in placed
        ]


def packed(road: Road) -> list[int]:
    """Return a line as steps of 0.00001 degrees, latitude and longitude, from point to point."""
    whole = np.rint(np.array(road.points) * _STEPS).astype(int)
    steps: list[int] = np.diff(whole, axis=0, prepend=0).ravel().tolist()
    return steps


def _text(ref: str, street: str) -> str:
    """Return what a road's sign says: its foremost number, or its name where it has none."""
    text = ref.partition(";")[0] or street
    return text if len(text) <= _LONGEST else ""


def _extents(network: RoadNetwork) -> tuple[NDArray[np.intp], Floats]:
    """Return one arc of each pair of directions, and south, west, north, east of each.

    Shapes (arcs,) and (4, arcs).  Two roads between the same places are both kept where one of
    them is longer.
    """
    low, high = np.minimum(network.tail, network.head), np.maximum(network.tail, network.head)
    ends = np.column_stack([low, high, np.rint(network.length_m).astype(np.int64)])
    _, first = np.unique(ends, axis=0, return_index=True)
    arcs = np.sort(first)
    opens, lat, lon = arc_points(network, arcs)
    begins = opens[:-1]
    least, most = np.minimum.reduceat, np.maximum.reduceat
    return arcs, np.array([f(c, begins) for f in (least, most) for c in (lat, lon)])
