"""Numbered roads of an extract, and which of them runs beside a place: "I-70", "US 6", "A 8"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tripplan.arrays import Floats, Ints, Longs, ragged
from tripplan.routing.geometry import unit_vectors
from tripplan.units import EARTH_RADIUS_M

REACH_M: Final = {"motorway": 1500.0, "trunk": 500.0, "primary": 300.0}
"""A place is beside a road of a class up to here (assumption), metres; the first class that is so
near counts.  What serves a motorway lies some way off it."""
_AMERICAN: Final = re.compile(r"(I|US)[ -]?(\d+)")
_STEP_M: Final = 200.0
"""Lines are looked at in points this far apart, metres."""


@dataclass(frozen=True, eq=False)
class NumberedRoads:
    """Lines of the main roads that have a number."""

    names: tuple[str, ...]
    """The numbers, as the map has them: "I 70"; shape (names,)."""
    name: Ints
    """Index into ``names`` of each line, shape (lines,)."""
    kind: Ints
    """Index into `REACH_M` of each line, shape (lines,)."""
    first: Longs
    """First point of each line, shape (lines + 1,)."""
    lat: Floats
    """Degrees, shape (points,); NaN where the file does not know."""
    lon: Floats
    """Degrees, shape (points,)."""

    def beside(self, lat: Floats, lon: Floats) -> list[str]:
        """Return which road runs beside each place, as it is told; empty where none does.

        Parameters
        ----------
        lat, lon
            The places, shape (places,). [deg]
        """
        found = [""] * lat.size
        if not lat.size:
            return found
        from scipy.spatial import cKDTree  # noqa: PLC0415 - few builds need it, and it is large

        where, name, kind = self._points()
        here = unit_vectors(lat, lon)
        for number, reach_m in enumerate(REACH_M.values()):
            of_kind = np.flatnonzero(kind == number)
            if not of_kind.size:
                continue
            tree, limit = cKDTree(where[of_kind]), reach_m / EARTH_RADIUS_M
            near = np.asarray(tree.query(here, distance_upper_bound=limit)[1])
            for place in np.flatnonzero(near < of_kind.size).tolist():
                found[place] = found[place] or told(self.names[name[of_kind[near[place]]]])
        return found

    def _points(self) -> tuple[Floats, Ints, Ints]:
        """Return points along all lines with name and kind of their line."""
        line = np.repeat(np.arange(self.name.size), np.diff(self.first))
        corner = unit_vectors(self.lat, self.lon)
        begin = np.flatnonzero(line[:-1] == line[1:])
        long_m = np.linalg.norm(corner[begin + 1] - corner[begin], axis=1) * EARTH_RADIUS_M
        known = np.isfinite(long_m)
        begin, long_m = begin[known], long_m[known]
        count = np.maximum(1, np.ceil(long_m / _STEP_M)).astype(np.int64) + 1
        segment = np.repeat(np.arange(begin.size), count)
        step = ragged(np.zeros(begin.size, dtype=np.int64), count)
        share = (step / (count[segment] - 1))[:, None]
        start = begin[segment]
        points: Floats = corner[start] * (1.0 - share) + corner[start + 1] * share
        return points, self.name[line[start]], self.kind[line[start]]


def told(ref: str) -> str:
    """Return the first number of a ref as people write it: "I 70;US 6" -> "I-70"."""
    first = " ".join(ref.split(";", maxsplit=1)[0].split())
    american = _AMERICAN.fullmatch(first)
    if american is None:
        return first
    return f"{american[1]}{'-' if american[1] == 'I' else ' '}{american[2]}"


def numbered_roads(
    ways: Sequence[tuple[int, str, str]], way_first: Longs, lat: Floats, lon: Floats
) -> NumberedRoads:
    """Gather the lines of some ways.

    Parameters
    ----------
    ways
        Number of a way among all, its class (a key of `REACH_M`), and its ref.
    way_first
        First point of each way, shape (ways + 1,).
    lat, lon
        All points, shape (points,). [deg]
    """
    way = np.array([number for number, _, _ in ways], dtype=np.int64)
    names = list(dict.fromkeys(ref for _, _, ref in ways))
    index = {ref: k for k, ref in enumerate(names)}
    kinds = {kind: k for k, kind in enumerate(REACH_M)}
    count = way_first[way + 1] - way_first[way]
    point = ragged(way_first[way], count)
    return NumberedRoads(
        names=tuple(names),
        name=np.array([index[ref] for _, _, ref in ways], dtype=np.int32),
        kind=np.array([kinds[kind] for _, kind, _ in ways], dtype=np.int32),
        first=np.concatenate(([0], np.cumsum(count))),
        lat=lat[point],
        lon=lon[point],
    )
