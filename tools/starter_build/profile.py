"""Elevation along the roads: terrain and published points, reconciled by one least-squares problem.

Unknown are the elevations z of all nodes.  Minimised is the sum of

* (z_i - terrain_i)^2 / sd_i^2, counted once a correlation length of road,
* (z_i - z_j)^2 / (roughness_ij^2 length_ij): a road climbs like a random walk, in hilly country
  more than in plains,
* (d_i - d_j)^2 / (wander_ij^2 length_ij) with d = z - terrain: so do the errors of the terrain,
* (z_k - published_k)^2 / sd_k^2 at the node nearest to each town and pass, and
* a stiff penalty on whatever exceeds the steepest grade an Interstate is built with.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csc_matrix, diags
from scipy.sparse.linalg import splu

from starter_build.geo import Floats

CORRELATION_KM = 20.0
FLOOR_M, ROUGHNESS, WANDER = 4.0, 0.06, 0.08
"""Standard deviation over 1 km of road: floor + this share of the relief around.  Chosen where
held-out towns in hilly country are missed least; a larger share misses held-out passes less, but
lets the road follow bumps of the grid that no road climbs."""
ANCHOR_SLOPE = 0.03
"""A published point is worse by 3 % of the relief for each km between it and its node."""
STEEPEST = 0.065
"""Grade beyond which edges are held back; AASHTO's mountain Interstates are built to 6-7 %."""
STIFF_M = 1.0
FREEDOM = 3.0
"""Degrees of freedom of the Student t errors of the terrain: the smaller, the less a far-off
terrain height pulls."""
SETTLING, CLOSE_M, ROUNDS = 6, 0.5, 40
"""Rounds before grades are held back, change in metres to stop at, rounds at most."""


@dataclass
class Anchors:
    """Published elevations tied to nodes: node indices, metres, standard deviations in metres."""

    node: NDArray[np.int64]
    elevation_m: Floats
    sd_m: Floats

    def without(self, index: int) -> "Anchors":
        """Return the anchors without one of them."""
        keep = np.arange(len(self.node)) != index
        return Anchors(self.node[keep], self.elevation_m[keep], self.sd_m[keep])


@dataclass
class Roads:
    """What the profile needs of the network: edges, their length in km, relief at nodes in m."""

    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    length_km: Floats
    relief_m: Floats

    def road_share(self) -> Floats:
        """Return the number of correlation lengths each node stands for, at most 1."""
        nodes = len(self.relief_m)
        half = np.bincount(self.tail, self.length_km / 2, nodes)
        half += np.bincount(self.head, self.length_km / 2, nodes)
        return np.clip(half / CORRELATION_KM, 1e-3, 1.0)


def _laplacian(roads: Roads, weight: Floats) -> csc_matrix:
    nodes = len(roads.relief_m)
    rows = np.concatenate([roads.tail, roads.head, roads.tail, roads.head])
    columns = np.concatenate([roads.head, roads.tail, roads.tail, roads.head])
    values = np.concatenate([-weight, -weight, weight, weight])
    return coo_matrix((values, (rows, columns)), (nodes, nodes)).tocsc()


def solve_profile(
    roads: Roads, terrain_m: Floats, terrain_sd_m: Floats, anchors: Anchors
) -> Floats:
    """Return node elevations in metres.

    The sum is minimised by reweighting: where the road is found far from the terrain, in units of
    its standard deviation, the terrain there is trusted less (a Student t likelihood).
    """
    relief = (roads.relief_m[roads.tail] + roads.relief_m[roads.head]) / 2
    climb = 1 / ((FLOOR_M + ROUGHNESS * relief) ** 2 * roads.length_km)
    wander = 1 / ((FLOOR_M + WANDER * relief) ** 2 * roads.length_km)
    prior = roads.road_share() / terrain_sd_m**2
    limit_m = STEEPEST * roads.length_km * 1000
    held = np.zeros(len(roads.tail))
    elevation = terrain_m
    for turn in range(ROUNDS):
        off = (elevation - terrain_m) / terrain_sd_m
        trust = 1.0 if turn == 0 else (1 + 1 / FREEDOM) / (1 + off**2 / FREEDOM)
        step = elevation - terrain_m
        strain = (step[roads.head] - step[roads.tail]) ** 2 * wander
        trust_step = 1.0 if turn == 0 else (1 + 1 / FREEDOM) / (1 + strain / FREEDOM)
        solved = _solve(
            roads, terrain_m, anchors, prior * trust, climb, wander * trust_step, held * limit_m
        )
        moved = float(np.max(np.abs(solved - elevation)))
        elevation = solved
        rise = elevation[roads.head] - elevation[roads.tail]
        now = np.where(held != 0, held, np.where(np.abs(rise) > limit_m, np.sign(rise), 0.0))
        if turn > SETTLING and np.array_equal(now, held) and moved < CLOSE_M:
            break
        held = now if turn > SETTLING else held
    return elevation


def _solve(
    roads: Roads,
    terrain_m: Floats,
    anchors: Anchors,
    prior: Floats,
    climb: Floats,
    wander: Floats,
    held_rise_m: Floats,
) -> Floats:
    """Solve the least-squares problem with these weights; `held_rise_m` is 0 where free."""
    nodes = len(terrain_m)
    anchor = np.bincount(anchors.node, 1 / anchors.sd_m**2, nodes)
    stiff = np.where(held_rise_m != 0, 1 / STIFF_M**2, 0.0)
    carried = _laplacian(roads, wander)
    matrix = _laplacian(roads, climb + stiff) + carried + diags(prior + anchor, format="csc")
    right = prior * terrain_m + carried @ terrain_m
    right += np.bincount(anchors.node, anchors.elevation_m / anchors.sd_m**2, nodes)
    pull = held_rise_m * stiff
    right += np.bincount(roads.head, pull, nodes) - np.bincount(roads.tail, pull, nodes)
    return splu(matrix).solve(right)
