"""Road heights from raster heights: the smoothest heights that the raster bears out.

A raster does not see a road but the ground beside it: metres of noise, the hillside instead of the
cutting, the trees, the gorge under a bridge.  Roads are built smooth.  So the heights z of all
samples of a network are those that minimise ::

    sum  w (z - raster)^2  +  sum  l^4 h curvature^2

over samples of weight w (the length of open road around them) and over neighbouring intervals along
a road, h being the length between their middles.  Waves shorter than 2 pi l are smoothed away; a
straight slope stays exactly as it is, to its very end.  Intervals are neighbours along a road's
line, and at a node where they run straight on.  Where the roads of an area (1 km) are gentle, l is
up to four times as long: noise is most of what is left there, and cars do not brake on it.

Tunnels, bridges and voids have no weight and no curvature: a faint pull of their ends towards each
other (millimetres) lays them straight between the heights outside, and level where there is only
one outside.  The ends of ferries share one height.  Where the result is steeper than roads of the
class are built, the raster is believed less there and the grade is pulled to the limit, some times
over.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu
from scipy.spatial import cKDTree

from tripplan.arrays import Flags, Floats, Longs, ragged
from tripplan.errors import DataError
from tripplan.records.network import FLAG_LINK
from tripplan.sources.elevation.lines import Edges, Samples

MAX_GRADE: Final = (0.08, 0.10, 0.13, 0.16, 0.18, 0.20, 0.24, 0.24, 0.28, 0.30, 0.30)
"""Steepest grade believed, by `records.network.ROAD_CLASSES` (an assumption: design maxima for
mountains, 6 % for freeways to 15-17 % for local roads in the AASHTO Green Book, with a margin)."""
MAX_GRADE_OF_RAMPS: Final = 0.02
"""Added on ramps."""
WAVE_PER_STEP: Final = 0.8
"""Smoothing length l by the raster's resolution: waves shorter than 5 samples are noise."""
MOST_WAVE_M: Final = 800.0
"""Greatest smoothing length: beyond it roads that cross would drift apart between crossings."""
LEAST_WAVE_M: Final = 50.0
"""Least smoothing length: vertical curves of roads are some hundred metres long."""

GENTLE_GRADE: Final = 0.03
"""Root mean square of the grades in an area below which waves are lengthened; on such roads cars
seldom brake, so that a detail more or less costs no energy."""
MOST_WIDENING: Final = 4.0
"""Greatest lengthening."""

_CELL_DEG: Final = 0.01
_PULL_UNSEEN: Final = 1.0
_STRAIGHT_ON: Final = -0.7
_SHORTEST_M: Final = 0.5
_PASSES: Final = 8
_NEAREST_WEIGHT: Final = 1e-3


@dataclass(frozen=True, eq=False)
class Intervals:
    """Stretches between neighbouring samples."""

    low: Longs
    """Sample at the first end, shape (intervals,)."""
    high: Longs
    length_m: Floats
    edge: Longs
    first: Longs
    """First interval of each edge, shape (edges + 1,)."""


@dataclass(frozen=True, eq=False)
class Smoothed:
    """Heights of all samples, and what had to be done for them."""

    height_m: Floats
    """Shape (samples,)."""
    too_steep: int
    """Intervals of open road that the raster has steeper than their class allows."""
    without_height: int
    """Samples of roads on which the raster is void throughout."""


def intervals_of(edges: Edges, samples: Samples) -> Intervals:
    """List the stretches between neighbouring samples, edge by edge."""
    at = ragged(samples.chain_first[:-1], samples.count)
    return Intervals(
        low=samples.chain[at],
        high=samples.chain[at + 1],
        length_m=np.repeat(edges.length_m / samples.count, samples.count),
        edge=np.repeat(np.arange(samples.count.size), samples.count),
        first=np.concatenate(([0], np.cumsum(samples.count))),
    )


def smooth_heights(
    edges: Edges, samples: Samples, raster_m: Floats, resolution_m: Floats
) -> Smoothed:
    """Find the heights of the samples; see the module.

    Parameters
    ----------
    edges, samples
        Lines and the points on them.
    raster_m
        Raster height of each sample, NaN where void, shape (samples,). [m]
    resolution_m
        Resolution of the raster at each sample, shape (samples,). [m]

    Raises
    ------
    DataError
        The raster is void at every sample.
    """
    steps = intervals_of(edges, samples)
    weight = _weights(edges, steps, raster_m)
    raster, weight, without = _with_nearest(samples, steps, raster_m, weight)
    joined = _joined_by_ferries(edges, raster_m.size)
    limit = _limits(edges)[steps.edge]
    across = _differences(steps, raster_m.size)
    ferry = edges.is_ferry[steps.edge]
    seen = open_intervals(edges, steps) & ~np.isnan(raster_m[steps.low] + raster_m[steps.high])
    pull = np.where(ferry, 0.0, np.where(seen, 1e-6, _PULL_UNSEEN))
    target = np.zeros(limit.size)
    wave_m = _wave_m(resolution_m)
    bend = _bending(edges, samples, steps, wave_m, seen)
    height = _solved(bend, across, joined, weight, raster, pull / steps.length_m, target)
    wave_m = _adapted_m(wave_m, samples, steps, height, open_intervals(edges, steps))
    bend = _bending(edges, samples, steps, wave_m, seen)
    too_steep = np.zeros(limit.size, dtype=np.bool_)
    for _ in range(_PASSES):
        height = _solved(bend, across, joined, weight, raster, pull / steps.length_m, target)
        rise = height[steps.high] - height[steps.low]
        steep = (np.abs(rise) > 1.02 * limit * steps.length_m) & ~ferry
        if not steep.any():
            break
        too_steep |= steep
        target[steep] = (np.sign(rise) * limit * steps.length_m)[steep]
        pull[steep] = np.maximum(pull[steep] * 10.0, wave_m[steps.low[steep]] ** 2)
        for ends in (steps.low, steps.high):
            weight[np.unique(ends[steep])] *= 0.5
    return Smoothed(
        height, int(np.count_nonzero(too_steep & open_intervals(edges, steps))), without
    )


def _wave_m(resolution_m: Floats) -> Floats:
    return np.clip(WAVE_PER_STEP * resolution_m, LEAST_WAVE_M, MOST_WAVE_M)


def _adapted_m(
    wave_m: Floats, samples: Samples, steps: Intervals, height_m: Floats, on_ground: Flags
) -> Floats:
    """Lengthen the waves where roads are gentle: noise counts there, and detail does not."""
    row = np.floor(samples.lat / _CELL_DEG)
    col = np.floor(samples.lon * np.cos(np.radians(row * _CELL_DEG)) / _CELL_DEG)
    _, cell = np.unique(row * 1e6 + col, return_inverse=True)
    low, high = steps.low[on_ground], steps.high[on_ground]
    length_m = np.maximum(steps.length_m[on_ground], _SHORTEST_M)
    squared = (height_m[high] - height_m[low]) ** 2 / length_m
    size = int(cell.max()) + 1
    mean = np.bincount(cell[low], squared, size) / np.maximum(
        np.bincount(cell[low], length_m, size), _SHORTEST_M
    )
    factor = np.clip(GENTLE_GRADE / np.sqrt(np.maximum(mean, 1e-12)), 1.0, MOST_WIDENING)
    return np.asarray(np.minimum(wave_m * factor[cell], np.maximum(wave_m, MOST_WAVE_M)))


def _limits(edges: Edges) -> Floats:
    limit = np.array(MAX_GRADE)[edges.road_class]
    return np.asarray(limit + np.where(edges.flags & FLAG_LINK, MAX_GRADE_OF_RAMPS, 0.0))


def _weights(edges: Edges, steps: Intervals, raster_m: Floats) -> Floats:
    """Length of open road around each sample; none in voids, structures and ferries."""
    open_road = ~(edges.is_structure | edges.is_ferry)[steps.edge]
    half = np.where(open_road, 0.5 * np.maximum(steps.length_m, _SHORTEST_M), 0.0)
    size = raster_m.size
    weight = np.bincount(steps.low, half, size) + np.bincount(steps.high, half, size)
    weight[np.isnan(raster_m)] = 0.0
    return np.asarray(weight)


def _with_nearest(
    samples: Samples, steps: Intervals, raster_m: Floats, weight: Floats
) -> tuple[Floats, Floats, int]:
    """Give roads that have no height at all that of the nearest sample, with a slight weight."""
    size = raster_m.size
    known = np.flatnonzero(~np.isnan(raster_m))
    if not known.size:
        raise DataError(
            "the elevation raster is void at every point of these roads; does it cover the region?"
        )
    raster, weight = raster_m.copy(), weight.copy()
    links = sparse.coo_array((np.ones(steps.low.size), (steps.low, steps.high)), (size, size))
    _, part = connected_components(links, directed=False)
    lost = np.flatnonzero((np.bincount(part, weight) <= 0.0)[part])
    void = np.flatnonzero(np.isnan(raster))
    scale = np.cos(np.radians(samples.lat.mean()))
    points = np.column_stack([samples.lat, samples.lon * scale])
    if void.size:
        raster[void] = raster[known[cKDTree(points[known]).query(points[void])[1]]]
    weight[lost] = _NEAREST_WEIGHT
    return raster, weight, int(np.count_nonzero(np.isnan(raster_m[lost])))


def _joined_by_ferries(edges: Edges, size: int) -> sparse.csr_array:
    """Matrix from free heights to samples; the ends of ferries are one."""
    ferry = edges.is_ferry
    links = sparse.coo_array(
        (np.ones(int(ferry.sum())), (edges.start[ferry], edges.end[ferry])), (size, size)
    )
    count, free = connected_components(links, directed=False)
    return sparse.csr_array((np.ones(size), (np.arange(size), free)), (size, count))


def _differences(steps: Intervals, size: int) -> sparse.csr_array:
    """Matrix from heights of samples to rises of intervals."""
    rows = np.arange(steps.low.size)
    ones = np.ones(steps.low.size)
    return sparse.csr_array(
        (
            np.concatenate([-ones, ones]),
            (np.concatenate([rows, rows]), np.concatenate([steps.low, steps.high])),
        ),
        (rows.size, size),
    )


def _bending(
    edges: Edges, samples: Samples, steps: Intervals, wave_m: Floats, seen: Flags
) -> sparse.csr_array:
    """Matrix whose product with the heights squares to the bending term."""
    inner = np.setdiff1d(np.arange(steps.low.size), steps.first[:-1], assume_unique=True)
    inner = inner[seen[inner] & seen[inner - 1]]
    far, near, node, to, back = _straight_on(edges, samples, steps, seen)
    middle = np.concatenate([steps.low[inner], node])
    one = np.concatenate([inner - 1, to])
    other = np.concatenate([inner, back])
    one_end = np.concatenate([steps.low[inner - 1], far])
    other_end = np.concatenate([steps.high[inner], near])
    d_one = np.maximum(steps.length_m[one], _SHORTEST_M)
    d_other = np.maximum(steps.length_m[other], _SHORTEST_M)
    stiffness = wave_m[middle] ** 2
    # curvature = (g_other - g_one) / h, times sqrt(h) for the integral
    scale = stiffness / np.sqrt(0.5 * (d_one + d_other))
    rows = np.arange(middle.size)
    return sparse.csr_array(
        (
            np.concatenate(
                [scale / d_one, scale / d_other, -scale * (1.0 / d_one + 1.0 / d_other)]
            ),
            (np.tile(rows, 3), np.concatenate([one_end, other_end, middle])),
        ),
        (rows.size, samples.lat.size),
    )


def _straight_on(
    edges: Edges, samples: Samples, steps: Intervals, seen: Flags
) -> tuple[Longs, Longs, Longs, Longs, Longs]:
    """Pairs of intervals that run straight on through a node.

    Returns the far samples of both, the node, and both intervals.
    """
    dry = np.flatnonzero(~edges.is_ferry)
    first, last = steps.first[:-1][dry], steps.first[1:][dry] - 1
    interval = np.concatenate([first, last])
    node = np.concatenate([steps.low[first], steps.high[last]])
    next_ = np.concatenate([steps.high[first], steps.low[last]])
    point = np.concatenate([edges.point_first[:-1][dry] + 1, edges.point_first[1:][dry] - 2])
    north = edges.point_lat[point] - samples.lat[node]
    east = (edges.point_lon[point] - samples.lon[node] + 180.0) % 360.0 - 180.0
    east = east * np.cos(np.radians(samples.lat[node]))
    norm = np.hypot(north, east)
    norm[norm == 0.0] = np.inf
    order = np.argsort(node, kind="stable")
    degree = np.bincount(node)
    pairs = []
    for apart in range(1, int(degree.max(initial=0))):
        a, b = order[:-apart], order[apart:]
        a, b = a[node[a] == node[b]], b[node[order[:-apart]] == node[b]]
        cosine = (north[a] * north[b] + east[a] * east[b]) / (norm[a] * norm[b])
        straight = (cosine < _STRAIGHT_ON) & (interval[a] != interval[b])
        straight &= seen[interval[a]] & seen[interval[b]]
        pairs.append(np.column_stack([a[straight], b[straight]]))
    chosen = np.concatenate([np.empty((0, 2), dtype=np.int64), *pairs])
    a, b = chosen[:, 0], chosen[:, 1]
    return next_[a], next_[b], node[a], interval[a], interval[b]


def _solved(
    bend: sparse.csr_array,
    across: sparse.csr_array,
    joined: sparse.csr_array,
    weight: Floats,
    raster: Floats,
    pull: Floats,
    target: Floats,
) -> Floats:
    """Solve the normal equations for the correction of the raster's heights."""
    bend, across = bend @ joined, across @ joined
    pulled = sparse.diags_array(pull) @ across
    weights = joined.T @ weight
    start = _mean(joined, weight, raster)
    matrix = sparse.diags_array(weights) + bend.T @ bend + across.T @ pulled
    factors = splu(
        sparse.csc_array(matrix),
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )
    free = start
    for _ in range(3):  # iterative refinement
        force = (
            joined.T @ (weight * (raster - joined @ free))
            - bend.T @ (bend @ free)
            + across.T @ (pull * (target - across @ free))
        )
        free = free + factors.solve(force)
    return np.asarray(joined @ free)


def _mean(joined: sparse.csr_array, weight: Floats, raster: Floats) -> Floats:
    slight = weight + 1e-9
    return np.asarray((joined.T @ (slight * raster)) / (joined.T @ slight))


def open_intervals(edges: Edges, steps: Intervals) -> Flags:
    """Return which intervals lie on the ground."""
    return np.asarray(~(edges.is_structure | edges.is_ferry)[steps.edge])
